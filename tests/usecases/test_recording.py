"""The tape may record more than portfolios ask for, and nothing that trades changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.listed import Event
from prescient.core.market.markets import EventId, MarketId, Quote
from prescient.store import candidates
from tests.builders import event, market
from tests.world import World

BOOK = OrderBook((Level(D("0.77"), D(100)),), (Level(D("0.78"), D(100)),))
QUOTES = {
    "trusted": Quote(D("0.77"), D("0.78")),
    "elsewhere": Quote(D("0.58"), D("0.60")),
    "wide": Quote(D("0.50"), D("0.90")),
    "none": None,
}
STRATEGIES: dict[str, dict[str, Any]] = {
    "momentum": {},
    "mean_reversion": {"min_observations": 2, "lookback_hours": 24},
    "hybrid": {"min_voters": 1, "min_confidence": 0.6},
    "random": {},
}
RESEARCH = ("events", "markets", "market_outcomes")  # what the tape knows; nothing trades on it


@dataclass(frozen=True)
class Shown:
    """An event of one market at one moment."""

    liquidity: D
    volume: D
    quote: str

    def event(self, place: int) -> Event:
        shown = market(
            market_id=MarketId(f"m{place}"),
            yes_token_id=f"y{place}",
            no_token_id=f"n{place}",
            quote=QUOTES[self.quote],
            liquidity=D(60000),
            volume=D(600000),
        )
        dollars = {"liquidity": self.liquidity, "volume": self.volume}
        return event(shown, event_id=EventId(f"e{place}"), **dollars)


SHOWN = st.builds(
    Shown,
    st.sampled_from([D(0), D("9999.99"), D(10000), D(50000)]),
    st.sampled_from([D("49999.99"), D(50000), D(200000)]),
    st.sampled_from(sorted(QUOTES)),
)
MOMENTS = st.lists(st.tuples(SHOWN, SHOWN, SHOWN), min_size=3, max_size=4)


def record(world: World, liquidity: D | None, volume: D | None) -> None:
    world.context = replace(world.context, record_min_liquidity=liquidity, record_min_volume=volume)


def played(world: World, moments: Sequence[Sequence[Shown]]) -> list[Any]:
    """What each cycle could see, and then every row that trading leaves."""
    world.empty()
    world.clock.now = world.clock.now.replace(month=3, day=1, hour=12, minute=0)
    for strategy_type, configuration in STRATEGIES.items():
        world.portfolio(strategy_type, strategy_type=strategy_type, **configuration)
    world.exchange.order_books = {"y1": BOOK, "y2": BOOK}
    seen: list[Any] = []
    for moment in moments:
        world.exchange.events = [shown.event(place) for place, shown in enumerate(moment, 1)]
        cycle_id = world.run_cycle()
        seen.append(decided_on(world, cycle_id))
        world.clock.pass_time(minutes=5)
        world.update_prices()
        world.clock.pass_time(minutes=55)
    return [*seen, dict(trading_rows(world))]


def decided_on(world: World, cycle_id: int) -> list[Any]:
    row = world.row("SELECT batch_id FROM trading_cycles WHERE cycle_id = %s", cycle_id)
    with world.context.database.transaction() as session:
        return list(candidates.load(session, row["batch_id"], Thresholds()))


def trading_rows(world: World) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """All rows, but for names of executions and numbers of batches (a recording takes some)."""
    for table, rows in world.everything().items():
        if table not in RESEARCH:
            skipped = {"batch_id", "created_at", "execution_name", "cycle_key"}
            yield table, [{key: row[key] for key in row.keys() - skipped} for row in rows]


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments=MOMENTS)
def test_a_wider_recording_changes_no_candidate_and_no_decision(
    world: World, moments: list[tuple[Shown, Shown, Shown]]
) -> None:
    record(world, None, None)
    narrow = played(world, moments)
    record(world, D(0), D(0))
    assert played(world, moments) == narrow


def test_a_market_that_becomes_deep_has_the_past_that_was_listed(world: World) -> None:
    """Its recorded marks neither count as observations nor carry its mark forward."""
    small = Shown(D(100), D(200000), "elsewhere")
    deep = replace(small, liquidity=D(50000), quote="wide")
    record(world, None, None)
    narrow = played(world, [(small,), (small,), (deep,)])
    record(world, D(0), D(0))
    assert played(world, [(small,), (small,), (deep,)]) == narrow
    kept = world.rows("SELECT mark FROM market_snapshots JOIN market_batches USING (batch_id)")
    assert [row["mark"] for row in kept] == [D("0.59"), D("0.59"), D("0.775")]


def test_what_is_recorded_has_a_batch_of_its_own(world: World) -> None:
    world.portfolio()
    record(world, D(50), None)
    dollars = [D(10), D(100), D(20000)]
    world.exchange.events = [
        Shown(liquidity, D(200000), "trusted").event(place)
        for place, liquidity in enumerate(dollars, 1)
    ]
    result = world.filter(world.open_cycle())
    assert result.markets == 1
    assert world.exchange.minima == (D(50), D(50000))
    found = world.rows(
        "SELECT kind, status, liquidity_min, volume_min, max_books, market_id, listed"
        " FROM market_batches JOIN market_snapshots USING (batch_id) ORDER BY batch_id"
    )
    assert [tuple(row.values()) for row in found] == [
        ("filter", "complete", D(10000), D(50000), 500, "m3", True),
        ("recording", "complete", D(50), D(50000), None, "m2", False),
    ]
    assert [row["market_id"] for row in world.rows("SELECT market_id FROM market_prices")] == ["m3"]
    assert world.breaks() == []


@pytest.mark.parametrize("dollars", [None, D(10000), D(99999)])
def test_what_portfolios_ask_for_is_never_narrowed(world: World, dollars: D | None) -> None:
    world.portfolio()
    record(world, dollars, None)
    assert world.filter(world.open_cycle()).markets == 1
    assert world.exchange.minima == (D(10000), D(50000))
    assert world.row("SELECT kind FROM market_batches")["kind"] == "filter"


def test_a_listing_that_fails_leaves_nothing_of_the_recording(world: World) -> None:
    world.portfolio()
    record(world, D(0), D(0))
    small = Shown(D(100), D(200000), "trusted")
    world.exchange.events = [small.event(1), small.event(2)]
    world.exchange.pages_before_failure = 1
    with pytest.raises(ExchangeUnavailable):
        world.filter(world.open_cycle())
    batches = world.rows("SELECT kind, status, error FROM market_batches ORDER BY batch_id")
    error = "GET /events/keyset: answered HTML"
    assert [tuple(row.values()) for row in batches] == [
        ("filter", "failed", error),
        ("recording", "failed", error),
    ]
    assert world.rows("SELECT 1 FROM market_snapshots") == []


def test_a_held_market_is_marked_by_what_its_holders_see(world: World) -> None:
    """Where it is recorded as well, its mark is that of the fetch by id, or the one before."""
    world.portfolio()
    world.exchange.events = [Shown(D(50000), D(200000), "trusted").event(1)]
    world.run_cycle()
    record(world, D(0), D(0))
    world.exchange.events = [Shown(D(100), D(200000), "elsewhere").event(1)]
    answered = world.exchange.markets_by_id
    for nothing, mark in ((True, D("0.775")), (False, D("0.59"))):
        with pytest.MonkeyPatch.context() as patch:
            shown = (lambda _: answered([])) if nothing else answered
            patch.setattr(world.exchange, "markets_by_id", shown)
            world.clock.pass_time(hours=1)
            world.filter(world.open_cycle())
        assert world.row("SELECT mark FROM market_prices")["mark"] == mark
        assert world.breaks() == []
