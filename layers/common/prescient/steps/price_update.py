"""Marks, settles and stops out the open positions of all portfolios, every few minutes."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from prescient.core.exits import due_exit
from prescient.core.markets import MarketId
from prescient.core.positions import Exit, ExitKind
from prescient.polymarket.client import MarketPage
from prescient.steps.context import StepContext
from prescient.store import exits, history, listings, tape
from prescient.store.database import Session


class PriceUpdateRequest(BaseModel):
    """`scheduled_at` is noted in the logs; prices are those of now."""

    model_config = ConfigDict(extra="forbid")

    scheduled_at: datetime | None = None


class PriceUpdateResult(BaseModel):
    """Markets marked, open positions left, exits made and positions flagged."""

    batch_id: int
    markets: int
    positions: int
    settled: int
    exited: int
    flagged: int


def run(_: PriceUpdateRequest, context: StepContext) -> PriceUpdateResult:
    """Fetch the held markets, then publish, exit and value in one transaction."""
    with context.database.transaction() as session:
        held = exits.held_markets(session)
        batch_id = tape.open_batch(session, "price_update", context.now())
    try:
        page = context.exchange.markets_by_id(held)
        with context.database.transaction() as session:
            return _apply(session, batch_id, held, page, context)
    except Exception as error:
        with context.database.transaction() as session:
            tape.discard(session, batch_id, str(error), context.exchange.take_counters())
        raise


def _apply(
    session: Session,
    batch_id: int,
    held: list[MarketId],
    page: MarketPage,
    context: StepContext,
) -> PriceUpdateResult:
    now = context.now()
    listings.save_markets(session, page.markets, page.fetched_at)
    tape.append(session, batch_id, page.markets, page.fetched_at)
    holders = tape.publish(session, batch_id, context.exchange.take_counters(), now)
    due = [due_exit(priced) for priced in exits.due(session, holders)]
    made: list[Exit] = [one for one in due if one is not None]
    exits.save(session, made, batch_id, now)
    listed = {market.market_id for market in page.markets}
    flagged = exits.flag(session, [market_id for market_id in held if market_id not in listed])
    history.record_equity(session, holders, now)
    settled = sum(one.kind is ExitKind.SETTLEMENT for one in made)
    return PriceUpdateResult(
        batch_id=batch_id,
        markets=len(page.markets),
        positions=exits.count_open_positions(session),
        settled=settled,
        exited=len(made) - settled,
        flagged=flagged,
    )
