"""A chunk leaves, row for row, what its portfolios leave when each has a transaction of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal as D
from typing import Any, NamedTuple
from unittest.mock import patch

import psycopg
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from prescient.core.market.books import Level, OrderBook
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioId
from prescient.usecases import execute
from tests.builders import event as listed_event
from tests.world import World, several

MARKETS = ("m1", "m2", "m3")
LEVELS = 3
SIGNALS = """
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, shares, group_id, config_version, code_version
)
SELECT
    portfolio_id, %(cycle_id)s, 'momentum', %(now)s, market_id, 'Will it?', action,
    CASE action WHEN 'buy_no' THEN 0.23 WHEN 'sell_no' THEN 0.22 WHEN 'sell_yes' THEN 0.77
        ELSE 0.78 END,
    amount, confidence, 'drawn', shares, group_id, 1, 'test'
FROM json_to_recordset(%(signals)s) AS drawn (
    portfolio_id int, market_id text, action text, amount numeric, confidence numeric,
    shares numeric, group_id text
)
"""
CLAIM = """
UPDATE cycle_portfolios AS part SET
    status = 'running', lease_until = %(now)s::timestamptz + interval '10 minutes',
    signals = (
        SELECT count(*) FROM trading_signals AS signal
        WHERE signal.portfolio_id = part.portfolio_id AND signal.cycle_id = part.cycle_id
    )
WHERE cycle_id = %(cycle_id)s
"""
END = """
UPDATE cycle_portfolios SET status = 'completed', lease_until = NULL
WHERE cycle_id = %s AND status = 'running'
"""
CONDITIONS = {
    "paused": "UPDATE portfolios SET status = 'paused' WHERE portfolio_id = %(portfolio_id)s",
    "poisoned": """UPDATE portfolios SET strategy_config = '{"min_confidence": 7}'
        WHERE portfolio_id = %(portfolio_id)s""",
    "late": """UPDATE cycle_portfolios SET lease_until = %(now)s
        WHERE portfolio_id = %(portfolio_id)s AND cycle_id = %(cycle_id)s""",
    "ended": """UPDATE cycle_portfolios SET status = 'failed', lease_until = NULL
        WHERE portfolio_id = %(portfolio_id)s AND cycle_id = %(cycle_id)s""",
    "well": "SELECT 1",
}


class Wanted(NamedTuple):
    """A signal; those that are in a group ask for shares."""

    market_id: str
    action: str
    amount: int
    confidence: D
    shares: int | None
    group_id: str | None


class Trader(NamedTuple):
    """A portfolio, what it buys in a first cycle, and what it wants in the second."""

    balance: int
    limits: Limits
    condition: str
    first: Sequence[Wanted]
    then: Sequence[Wanted]


class Story(NamedTuple):
    """What a chunk meets. `most_orders` is how many share a transaction."""

    traders: Sequence[Trader]
    levels: Sequence[int]
    shared_depth: bool
    shared_limits: GlobalLimits
    most_orders: int


def _signals(*actions: str) -> st.SearchStrategy[list[Wanted]]:
    single = st.builds(
        Wanted,
        st.sampled_from(MARKETS),
        st.sampled_from(actions),
        st.sampled_from([20, 60, 100, 400]),
        st.integers(75, 99).map(lambda percent: D(percent) / 100),
        st.none(),
        st.none(),
    )
    legs = st.integers(1, 80).map(
        lambda shares: [
            Wanted(market_id, "buy_yes", 100, D(1), shares, "legs") for market_id in MARKETS[:2]
        ]
    )
    singles = st.lists(single, min_size=1, max_size=3, unique_by=lambda wanted: wanted.market_id)
    return singles | legs if "buy_yes" in actions else singles


traders = st.builds(
    Trader,
    st.sampled_from([10_000, 1_000, 150, 50]),
    st.builds(
        Limits, st.sampled_from([None, D(90)]), st.sampled_from([None, D(120)]), st.integers(1, 5)
    ),
    st.sampled_from([*CONDITIONS, *["well"] * 5]),
    _signals("buy_yes", "buy_no"),
    _signals("buy_yes", "buy_no", "sell_yes", "sell_no"),
)
stories = st.builds(
    Story,
    st.lists(traders, min_size=2, max_size=6),
    st.lists(st.sampled_from([10, 70, 300]), min_size=1, max_size=LEVELS),
    st.sampled_from([True, True, False]),
    st.builds(
        GlobalLimits,
        total_capital=st.sampled_from([None, D(400), D(150)]),
        max_market_exposure=st.sampled_from([None, D(80), D(250)]),
    ),
    st.sampled_from([500, 4, 1]),
)


WISHES = [Wanted("m1", "buy_yes", 100, D("0.9"), None, None)]
TWO_FROM_ONE_BOOK = Story(
    [Trader(10_000, Limits(None, None, 5), "well", WISHES, [])] * 2,
    [70, 70],
    True,
    GlobalLimits(total_capital=None, max_market_exposure=None),
    500,
)


@given(story=stories)
@example(story=TWO_FROM_ONE_BOOK)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_chunk_leaves_what_its_portfolios_leave_one_by_one(
    database_url: str, story: Story
) -> None:
    together = lived(database_url, story, chunk=len(story.traders))
    assert lived(database_url, story, chunk=1) == together
    rejected = {row["rejection"] for row in together["trading_signals"]}
    for reason in sorted(filter(None, rejected)):
        event(reason)


def lived(database_url: str, story: Story, *, chunk: int) -> dict[str, list[dict[str, Any]]]:
    """All that two cycles leave when as many portfolios as `chunk` travel together."""
    with (
        World(database_url, story.shared_limits) as world,
        psycopg.connect(database_url, autocommit=True) as owner,
        patch.object(execute, "MOST_ORDERS", story.most_orders),
    ):
        try:
            _trade(world, owner, story, chunk)
            left = _stored(world)
            assert world.breaks() == []
        finally:
            world.empty()
    return left


def _trade(world: World, owner: Connection[Any], story: Story, chunk: int) -> None:
    _show(world, story)
    traders = {
        world.portfolio(f"p{place}", balance=str(trader.balance), limits=trader.limits): trader
        for place, trader in enumerate(story.traders)
    }
    first = {portfolio_id: trader.first for portfolio_id, trader in traders.items()}
    then = {portfolio_id: trader.then for portfolio_id, trader in traders.items()}
    _execute(world, owner, _claimed(world, owner, story, first), [*traders], chunk)
    cycle_id = _claimed(world, owner, story, then)
    for portfolio_id, trader in traders.items():
        values = {"portfolio_id": portfolio_id, "cycle_id": cycle_id, "now": world.clock.now}
        owner.execute(CONDITIONS[trader.condition], values)
    _execute(world, owner, cycle_id, [*traders], chunk)


def _show(world: World, story: Story) -> None:
    asks = [Level(D(78 + place) / 100, D(size)) for place, size in enumerate(story.levels)]
    bids = [Level(D(77 - place) / 100, D(size)) for place, size in enumerate(story.levels)]
    markets = [
        replace(
            listed, yes_token_id=f"{listed.market_id} yes", no_token_id=f"{listed.market_id} no"
        )
        for listed in several(len(MARKETS))
    ]
    world.exchange.events = [listed_event(*markets)]
    book = OrderBook(tuple(bids), tuple(asks))
    world.exchange.order_books = {f"{market_id} yes": book for market_id in MARKETS}


def _claimed(
    world: World,
    owner: Connection[Any],
    story: Story,
    wanted: Mapping[PortfolioId, Sequence[Wanted]],
) -> int:
    """A cycle that runs the portfolios, with their signals."""
    cycle_id = world.open_cycle(shared_depth=story.shared_depth)
    world.filter(cycle_id)
    signals = [
        {"portfolio_id": portfolio_id, **signal._asdict()}
        for portfolio_id, of_portfolio in wanted.items()
        for signal in of_portfolio
    ]
    values = {"cycle_id": cycle_id, "now": world.clock.now}
    owner.execute(SIGNALS, {**values, "signals": json.dumps(signals, default=str)})
    owner.execute(CLAIM, values)
    return cycle_id


def _execute(
    world: World,
    owner: Connection[Any],
    cycle_id: int,
    portfolio_ids: Sequence[PortfolioId],
    chunk: int,
) -> None:
    for start in range(0, len(portfolio_ids), chunk):
        world.step_of_chunk(execute, cycle_id, portfolio_ids[start : start + chunk])
    owner.execute(END, [cycle_id])
    world.clock.pass_time(minutes=1)


def _stored(world: World) -> dict[str, list[dict[str, Any]]]:
    """All rows, but for when the server wrote them."""
    return {
        name: [{key: row[key] for key in row if key != "created_at"} for row in rows]
        for name, rows in world.everything().items()
    }
