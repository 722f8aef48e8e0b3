"""Whatever stands in one portfolio's row or in one market's, all others are marked, paid and sold.

The hostile rows are within what the columns and the parser admit, or just outside. An error that
they cause is noted with the portfolio or counted with the batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.listed import Market
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.listings import MARKETS_A_STATEMENT
from tests.builders import NOON, event, market
from tests.world import World

MOST_DOLLARS, MOST_SHARES = D("9999999999999.99"), D("99999999999999.999999")
EDGES = [D("1E-7"), D("0.000001"), D("0.0000014"), D("0.9999986"), D("0.9999996"), D("0.999999")]
MARKED, PAID, STOPPED = map(MarketId, ("marked", "paid", "stopped"))


@dataclass(frozen=True)
class Hostile:
    """What is written into a portfolio's row and position, and the markets shown beside."""

    portfolio: dict[str, D]
    shares: D | None
    markets: list[Market]
    books: dict[str, OrderBook]


dollars = st.one_of(
    st.sampled_from([MOST_DOLLARS, -MOST_DOLLARS, D(10) ** 12, MOST_DOLLARS - 100]),
    st.decimals(-MOST_DOLLARS, MOST_DOLLARS, places=2),
)
columns = st.sampled_from(
    [
        *("current_balance", "realized_pnl", "total_profit_loss", "peak_equity", "closed_pnl"),
        *("max_drawdown", "total_invested", "value_at_bid"),
    ]
)
prices = st.one_of(st.sampled_from(EDGES), st.decimals("0.000001", "0.999999", places=6))
sizes = st.decimals("0.000001", D(10) ** 12, places=6)
letters = st.characters(codec="utf-8", exclude_characters="\0")
market_ids = st.text(letters, min_size=250, max_size=256)
amounts = st.sampled_from([D(0), D("0.004"), D(10) ** 12, D(10) ** 13, D("1E+30")])
payloads = st.sampled_from(
    [{}, {"n": 10**5_000}, {"n": D("1E+400")}, {"t": "\0"}, {"t": "\ud800"}, {"t": "x" * 9_000}]
)


@st.composite
def hostile_markets(draw: st.DrawFn, place: int) -> Market:
    bid, ask = sorted(draw(st.tuples(prices, prices)))
    yes = draw(prices)
    return market(
        market_id=MarketId(draw(market_ids)),
        condition_id=f"0xbad{place}",
        yes_token_id=f"9{place}1",
        no_token_id=f"9{place}2",
        question=draw(st.sampled_from(["Will it?", "\0", "x" * 10_000])),
        yes_price=yes,
        no_price=1 - yes,
        quote=Quote(bid, ask),
        liquidity=draw(amounts),
        volume=draw(amounts),
        volume_24h=draw(amounts),
        tick_size=draw(st.sampled_from([D("0.01"), D("1E-6"), D("1E-9"), D("1E+9")])),
        fee=FeeSchedule(draw(st.sampled_from([D(0), D(1), D("1E+9")])), draw(amounts)),
        payload=draw(payloads),
    )


@st.composite
def hostilities(draw: st.DrawFn) -> Hostile:
    shown = [draw(hostile_markets(place)) for place in range(draw(st.integers(0, 3)))]
    levels = st.lists(st.builds(Level, prices, sizes), max_size=3).map(tuple)
    tokens = [
        token for market in shown for token in (market.yes_token_id, market.no_token_id) if token
    ]
    return Hostile(
        draw(st.dictionaries(columns, dollars, max_size=3)),
        draw(st.none() | st.just(MOST_SHARES) | st.decimals(1, MOST_SHARES, places=6)),
        shown,
        {token: OrderBook(draw(levels), draw(levels)) for token in tokens},
    )


OVERFLOWING = Hostile({"current_balance": MOST_DOLLARS - 100}, None, [], {})


@pytest.fixture(scope="module")
def world(shared_database_url: str) -> Iterator[World]:
    with World(shared_database_url) as made:
        yield made


@given(hostilities())
@example(OVERFLOWING)
@example(Hostile({}, MOST_SHARES, [], {}))
@example(Hostile({}, None, [market(market_id=MarketId("bad"), tick_size=D("1E-9"))], {}))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_stops_no_other(world: World, hostile: Hostile) -> None:
    world.empty()
    world.clock.now = NOON
    _show(world, [], {})
    marked, paid = (world.portfolio(name, market_types=[name]) for name in (MARKED, PAID))
    stopped = world.portfolio(STOPPED, market_types=[STOPPED], stop_loss_percentage=0.15)
    attacker = world.portfolio("attacker", market_types=[MARKED])
    world.run_cycle()
    _attack(world, attacker, hostile)

    _show(world, hostile.markets, hostile.books, **{MARKED: _quoted("0.89", "0.91"), **_ENDED})
    world.clock.pass_time(minutes=5)
    result = world.update_prices()
    assert world.state(marked).total_value == D("10015.38")  # 128.20 shares at 0.90
    assert world.state(paid).current_balance == D("10028.20")
    assert world.state(stopped).current_balance == D("9983.33")  # at its bid of 0.65
    _is_noted(world, attacker, result.failed)
    assert [failure.portfolio_id for failure in result.failures] == [attacker] * result.failed

    _show(world, hostile.markets, hostile.books, **{MARKED: _quoted("0.79", "0.81"), **_ENDED})
    world.clock.pass_time(minutes=5)
    world.filter(world.open_cycle())
    assert world.state(marked).total_value == D("10002.56")
    points = world.rows("SELECT portfolio_id FROM portfolio_equity")
    assert {point["portfolio_id"] for point in points} >= {marked, paid, stopped}


def test_a_portfolio_beyond_its_column_is_noted_until_it_is_mended(world: World) -> None:
    world.empty()
    world.clock.now = NOON
    _show(world, [], {})
    owner = world.portfolio(market_types=[MARKED])
    world.run_cycle()
    with psycopg.connect(world.database_url) as connection:
        connection.execute("UPDATE portfolios SET current_balance = %s", [MOST_DOLLARS - 100])
    _show(world, [], {}, **{MARKED: _quoted("0.89", "0.91")})
    world.clock.pass_time(minutes=5)
    world.context.metrics.take()
    result = world.update_prices()
    assert (result.failed, result.failures[0].portfolio_id) == (1, owner)
    assert result.failures[0].error == "NumericValueOutOfRange: numeric field overflow"
    assert world.state(owner).valuation_error == result.failures[0].error
    (measured,) = [
        metric.value for metric in world.context.metrics.take() if metric.name == "ValuationsFailed"
    ]
    assert measured == 1
    with psycopg.connect(world.database_url) as connection:
        connection.execute("UPDATE portfolios SET current_balance = 9900")
    world.clock.pass_time(minutes=5)
    assert world.update_prices().failed == 0
    assert world.state(owner).valuation_error is None
    assert world.breaks() == []


def test_a_portfolio_that_fails_at_every_update_stops_no_other(database_url: str) -> None:
    """Also once psycopg prepares statements, of which an update that fails skips some."""
    with World(database_url) as world:
        _show(world, [], {})
        bad, good = (world.portfolio(name, market_types=[MARKED]) for name in ("bad", "good"))
        world.run_cycle()
        with psycopg.connect(world.database_url) as connection:
            connection.execute(
                "UPDATE portfolios SET current_balance = %s WHERE portfolio_id = %s",
                [MOST_DOLLARS - 100, bad],
            )
        for lap in range(12):
            _show(world, [], {}, **{MARKED: _quoted(f"0.8{lap % 9}", "0.91")})
            world.clock.pass_time(minutes=5)
            result = world.update_prices()
            assert (result.failed, result.failures[0].portfolio_id) == (1, bad)
            assert world.state(good).last_price_update == world.clock.now
            assert world.state(good).valuation_error is None


def test_a_held_row_that_cannot_be_stored_is_flagged_and_counted(world: World) -> None:
    world.empty()
    world.clock.now = NOON
    _show(world, [], {})
    for name in (MARKED, PAID):
        world.portfolio(name, market_types=[name])
    world.run_cycle()
    _show(world, [], {}, **{MARKED: {"tick_size": D("1E-9")}})
    world.clock.pass_time(minutes=5)
    result = world.update_prices()
    assert (result.markets, result.flagged, result.failed) == (1, 1, 0)
    flags = world.rows("SELECT market_id, flag FROM portfolio_positions ORDER BY market_id")
    assert [row["flag"] for row in flags] == ["unreadable_row", None]
    batch = world.row("SELECT counters FROM market_batches ORDER BY batch_id DESC LIMIT 1")
    assert batch["counters"]["skipped"]["unstorable"] == 1


@pytest.mark.parametrize("payload", [b'{"n": 1e400000}', b'{"t": "\\u0000"}'])
@pytest.mark.parametrize("place", [0, MARKETS_A_STATEMENT])
def test_a_market_whose_json_postgres_refuses_is_stored(
    world: World, payload: bytes, place: int
) -> None:
    """In the first and in the last of the statements that store a page."""
    world.empty()
    world.clock.now = NOON
    world.portfolio(market_types=[MARKED])
    shown = [market(market_id=MarketId(f"plain {n}")) for n in range(MARKETS_A_STATEMENT)]
    shown.insert(place, market(market_id=MarketId("strange"), payload=lambda: payload))
    _show(world, shown, {})
    world.run_cycle()
    counters = world.row("SELECT counters FROM market_batches ORDER BY batch_id DESC LIMIT 1")
    assert counters["counters"]["skipped"].get("unstorable", 0) == 0
    stored = world.rows("SELECT market_id FROM markets JOIN market_snapshots USING (market_id)")
    expected = {MARKED, PAID, STOPPED, *(market.market_id for market in shown)}
    assert {row["market_id"] for row in stored} == expected


def _quoted(bid: str, ask: str) -> dict[str, Any]:
    middle = (D(bid) + D(ask)) / 2
    return {"quote": Quote(D(bid), D(ask)), "yes_price": middle, "no_price": 1 - middle}


_ENDED: dict[str, Any] = {
    PAID: {"closed": True, "yes_price": D(1), "no_price": D(0), "quote": None},
    STOPPED: _quoted("0.65", "0.66"),
}


def _show(
    world: World, others: list[Market], books: dict[str, OrderBook], **changes: dict[str, Any]
) -> None:
    """Show the three markets, changed, each in an event of its name, and the hostile event."""
    world.exchange.events = [
        event(
            market(
                market_id=name,
                condition_id=f"0x{place}",
                yes_token_id=f"{place}1",
                no_token_id=f"{place}2",
                **changes.get(name, {}),
            ),
            event_id=EventId(name),
            tags=(name,),
        )
        for place, name in enumerate((MARKED, PAID, STOPPED), 1)
    ]
    if others:
        world.exchange.events.append(event(*others, event_id=EventId("hostile"), tags=()))
    world.exchange.order_books = books


def _attack(world: World, attacker: PortfolioId, hostile: Hostile) -> None:
    """Write past the rules what the columns hold; what their CHECKs refuse is not written."""
    with psycopg.connect(world.database_url, autocommit=True) as connection:
        for column, value in hostile.portfolio.items():
            with suppress(psycopg.DataError, psycopg.IntegrityError):
                connection.execute(
                    f"UPDATE portfolios SET {column} = %s WHERE portfolio_id = %s",
                    [value, attacker],
                )
        if hostile.shares is not None:
            connection.execute(
                "UPDATE portfolio_positions SET bought_shares = %(shares)s, shares = %(shares)s"
                " WHERE portfolio_id = %(attacker)s",
                {"shares": hostile.shares, "attacker": attacker},
            )
        for held in hostile.markets[:1]:
            with suppress(psycopg.DataError):
                connection.execute(
                    "UPDATE portfolio_positions SET market_id = %s, identity = NULL"
                    " WHERE portfolio_id = %s",
                    [held.market_id, attacker],
                )


def _is_noted(world: World, attacker: PortfolioId, failed: int) -> None:
    noted = world.rows("SELECT portfolio_id FROM portfolios WHERE valuation_error IS NOT NULL")
    assert [row["portfolio_id"] for row in noted] == [attacker] * failed
