"""Asks the exchange how those markets of the tape ended that no portfolio holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.batches import BatchKind, LeftOut
from prescient.core.market.markets import MarketId
from prescient.store import outcomes, tape
from prescient.store.tape import Sighting
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import fetching
from prescient.usecases.support.half_confirmed import half_confirmed
from prescient.usecases.support.metrics import Measure
from prescient.usecases.support.storing import store_markets

MARKETS_A_RUN = 20_000  # 400 calls, well within the deadline
MARKETS_A_BATCH = 500
ASKED_AGAIN_AFTER = timedelta(hours=20)  # less than a day: it runs daily, not on the second
UNSEEN_AFTER = timedelta(hours=12)  # two runs within 48 hours see a market that left the listing


class OutcomesResult(BaseModel):
    """Markets asked for, and outcomes that the tape did not have; `error` is why it ended early."""

    markets: int = 0
    outcomes: int = 0
    error: str | None = None


def run(context: StepContext) -> OutcomesResult:
    """Ask for what is due, a batch a few markets; what is done stays done when a later one fails.

    A market that the exchange cannot answer counts as asked for: the next run begins with others.
    """
    now = context.now()
    with context.database.transaction() as session:
        done = OutcomesResult(outcomes=outcomes.note_of_prices(session))
        due = outcomes.due(
            session,
            now=now,
            asked_before=now - ASKED_AGAIN_AFTER,
            unseen_since=now - UNSEEN_AFTER,
            limit=MARKETS_A_RUN,
        )
    try:
        with context.exchange.one_deadline():
            for start in range(0, len(due), MARKETS_A_BATCH):
                chosen = due[start : start + MARKETS_A_BATCH]
                done.outcomes += _ask(chosen, context)
                done.markets += len(chosen)
    except ExchangeUnavailable as error:
        done.error = str(error)
    context.metrics.add(Measure.OUTCOMES_ASKED, done.markets)
    context.metrics.add(Measure.OUTCOMES_FOUND, done.outcomes)
    return done


def _ask(market_ids: Sequence[MarketId], context: StepContext) -> int:
    now = context.now()
    with context.database.transaction() as session:
        outcomes.note_asked(session, market_ids, now)
    with fetching(context, BatchKind.OUTCOMES) as fetch:
        page = context.exchange.markets_by_id(market_ids)
        confirmed = half_confirmed(page.markets, context.exchange, turn=fetch.batch_id)
        now = context.now()
        sighting = Sighting(page.fetched_at, listed=False, half_confirmed=confirmed)
        unanswered = {*market_ids} - {market.market_id for market in page.markets}
        left_out = LeftOut(unanswered_markets=len(unanswered))
        with context.database.transaction() as session:
            store_markets(session, fetch, page.markets, sighting)
            found = outcomes.note_of_batch(session, fetch.batch_id)
            tape.complete(session, fetch.batch_id, fetch.counters, now, left_out)
    context.metrics.add(Measure.BATCH_MARKETS, len(page.markets), batch=fetch.kind)
    return found
