"""A chunk leaves, row for row, what its portfolios leave when each has a transaction of its own.

And the totals that its turns settle are those that the books' own statement would write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal as D
from typing import Any
from unittest.mock import patch

import psycopg
from hypothesis import HealthCheck, event, example, given, settings
from psycopg import Connection
from psycopg.rows import dict_row

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios
from prescient.usecases import execute
from tests.builders import event as listed_event
from tests.usecases.chunk_stories import (
    CLAIM,
    CONDITIONS,
    END,
    FIRST_BID,
    MARKETS,
    SALE_ABOVE_ITS_MARK,
    SIGNALS,
    TWO_FROM_ONE_BOOK,
    Story,
    Wanted,
    stories,
)
from tests.world import World, several

PORTFOLIOS = "SELECT * FROM portfolios ORDER BY portfolio_id"
FORGET_TOTALS = """
UPDATE portfolios SET
    total_invested = before.total_invested, total_profit_loss = before.total_profit_loss,
    value_at_bid = before.value_at_bid, open_positions = before.open_positions,
    peak_equity = before.peak_equity, max_drawdown = before.max_drawdown,
    peak_profit = before.peak_profit, index_peak = before.index_peak,
    last_updated = before.last_updated
FROM json_to_recordset(%s) AS before (
    portfolio_id int, total_invested numeric, total_profit_loss numeric, value_at_bid numeric,
    open_positions int, peak_equity numeric, max_drawdown numeric, peak_profit numeric,
    index_peak numeric, last_updated timestamptz
)
WHERE portfolios.portfolio_id = before.portfolio_id
"""


@given(story=stories)
@example(story=TWO_FROM_ONE_BOOK)
@example(story=SALE_ABOVE_ITS_MARK)
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
    _show(world, story, FIRST_BID)
    traders = {
        world.portfolio(f"p{place}", balance=str(trader.balance), limits=trader.limits): trader
        for place, trader in enumerate(story.traders)
    }
    first = {portfolio_id: trader.first for portfolio_id, trader in traders.items()}
    then = {portfolio_id: trader.then for portfolio_id, trader in traders.items()}
    cycle_id = _claimed(world, owner, story, first, FIRST_BID)
    _execute(world, owner, cycle_id, [*traders], chunk)
    _show(world, story, story.then_bid, resolves=story.resolves)
    world.update_prices()
    cycle_id = _claimed(world, owner, story, then, story.then_bid)
    for portfolio_id, trader in traders.items():
        values = {"portfolio_id": portfolio_id, "cycle_id": cycle_id, "now": world.clock.now}
        owner.execute(CONDITIONS[trader.condition], values)
    _execute(world, owner, cycle_id, [*traders], chunk)


def _show(world: World, story: Story, bid: int, *, resolves: bool = False) -> None:
    """All markets at this bid, in cents, but for the last one where it has resolved."""
    asks = [Level(D(bid + 1 + place) / 100, D(size)) for place, size in enumerate(story.levels)]
    bids = [Level(D(bid - place) / 100, D(size)) for place, size in enumerate(story.levels)]
    quote = Quote(D(bid - story.above) / 100, D(bid + 1 - story.above) / 100)
    middle = (quote.bid + quote.ask) / 2
    *markets, last = (
        replace(
            listed, yes_token_id=f"{listed.market_id} yes", no_token_id=f"{listed.market_id} no"
        )
        for listed in several(len(MARKETS), yes_price=middle, no_price=1 - middle, quote=quote)
    )
    if resolves:
        last = replace(last, closed=True, yes_price=D(1), no_price=D(0))
    world.exchange.events = [listed_event(*markets, last)]
    book = OrderBook(tuple(bids), tuple(asks))
    world.exchange.order_books = {f"{market_id} yes": book for market_id in MARKETS}


def _claimed(
    world: World,
    owner: Connection[Any],
    story: Story,
    wanted: Mapping[PortfolioId, Sequence[Wanted]],
    bid: int,
) -> int:
    """A cycle that runs the portfolios, with their signals at what is shown."""
    cycle_id = world.open_cycle(shared_depth=story.shared_depth)
    world.filter(cycle_id)
    signals = [
        {"portfolio_id": portfolio_id, **signal._asdict()}
        for portfolio_id, of_portfolio in wanted.items()
        for signal in of_portfolio
    ]
    values = {"cycle_id": cycle_id, "now": world.clock.now, "bid": D(bid) / 100}
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
    before = _portfolios(owner)
    for start in range(0, len(portfolio_ids), chunk):
        world.step_of_chunk(execute, cycle_id, portfolio_ids[start : start + chunk])
    _assert_totals_as_rewritten(world, owner, before)
    owner.execute(END, [cycle_id])
    world.clock.pass_time(minutes=1)


def _assert_totals_as_rewritten(
    world: World, owner: Connection[Any], before: list[dict[str, Any]]
) -> None:
    """`rewrite_totals`, from the totals before the turns, leaves the rows that the turns left."""
    settled = _portfolios(owner)
    traded = [row for row, after in zip(before, settled, strict=True) if row != after]
    owner.execute(FORGET_TOTALS, [json.dumps(traded, default=str)])
    with world.context.database.transaction() as session:
        portfolios.rewrite_totals(session, [row["portfolio_id"] for row in traded], world.clock.now)
    assert _portfolios(owner) == settled


def _portfolios(owner: Connection[Any]) -> list[dict[str, Any]]:
    with owner.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(PORTFOLIOS).fetchall()


def _stored(world: World) -> dict[str, list[dict[str, Any]]]:
    """All rows, but for when the server wrote them."""
    return {
        name: [{key: row[key] for key in row if key != "created_at"} for row in rows]
        for name, rows in world.everything().items()
    }
