"""Asks the exchange for the past of markets that could be traded if it were known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel

from prescient.core.deciding.admission import BackfillNeed, backfill_needs
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.batches import BatchKind
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.polymarket.clob_rows import PricePoint
from prescient.store import backfill, portfolios
from prescient.store.admission import MarketTokens
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import fetching
from prescient.usecases.support.market_needs import market_needs
from prescient.usecases.support.metrics import Measure

MARKETS_A_RUN = 200
MARKETS_A_BATCH = 50
ASKED_AGAIN_AFTER = timedelta(hours=20)  # less than a day: it runs daily, not on the second
HOUR = timedelta(hours=1)


class BackfillResult(BaseModel):
    """Markets asked for and hours filled; `error` is why it ended early."""

    markets: int = 0
    hours: int = 0
    error: str | None = None


def run(context: StepContext) -> BackfillResult:
    """Fill in the past, a batch a few markets; what is done stays done when a later one fails."""
    now = context.now()
    with context.database.transaction() as session:
        active = portfolios.list_by_status(session, [PortfolioStatus.ACTIVE])
        needs = backfill_needs(market_needs(active, Thresholds()).buyers, now)
        wanting = backfill.wanting(
            session, needs, now=now, asked_before=now - ASKED_AGAIN_AFTER, limit=MARKETS_A_RUN
        )
    done = BackfillResult()
    try:
        with context.exchange.one_deadline():
            for start in range(0, len(wanting), MARKETS_A_BATCH):
                chosen = wanting[start : start + MARKETS_A_BATCH]
                done.hours += _fill(chosen, needs, context)
                done.markets += len(chosen)
    except ExchangeUnavailable as error:
        done.error = str(error)
    return done


def _fill(
    markets: Sequence[MarketTokens], needs: Iterable[BackfillNeed], context: StepContext
) -> int:
    end = context.now().replace(minute=0, second=0, microsecond=0)
    start = end - max(need.lookback_hours for need in needs) * HOUR
    with fetching(context, BatchKind.BACKFILL) as fetch:
        found = _histories(markets, start, end, context)
        counters, now = fetch.counters, context.now()
        with context.database.transaction() as session:
            filled = backfill.save(session, fetch.batch_id, found, counters, now)
    context.metrics.add(Measure.BATCH_MARKETS, len(found), batch=fetch.kind)
    return filled


def _histories(
    markets: Sequence[MarketTokens], start: datetime, end: datetime, context: StepContext
) -> dict[MarketId, backfill.Hours]:
    tokens = {market.yes_token_id: market.market_id for market in markets if market.yes_token_id}
    found = context.exchange.price_histories(list(tokens), start, end, HOUR)
    return {market_id: _hourly(found.get(token_id, ())) for token_id, market_id in tokens.items()}


def _hourly(points: Iterable[PricePoint]) -> dict[datetime, tuple[datetime, Decimal]]:
    """The last point of each hour; the points come oldest first."""
    return {
        point.at.replace(minute=0, second=0, microsecond=0): (point.at, point.price)
        for point in points
    }
