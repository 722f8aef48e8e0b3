"""Marks, settles and stops out the open positions of all portfolios, every few minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from prescient.core.market.batches import BatchKind, LeftOut
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.exits import due_exit
from prescient.core.portfolio.positions import ExitKind, PositionFlag
from prescient.polymarket.client import MarketPage
from prescient.polymarket.skip_reasons import SkipReason
from prescient.store import exits, history, listings, tape
from prescient.store.database import Session
from prescient.store.tape import Sighting
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import fetching
from prescient.usecases.support.half_confirmed import half_confirmed
from prescient.usecases.support.metrics import Metrics, Unit


class PriceUpdateRequest(BaseModel):
    """`scheduled_at` is noted in the logs; prices are those of now."""

    model_config = ConfigDict(extra="forbid")

    scheduled_at: AwareDatetime | None = None


class PriceUpdateResult(BaseModel):
    """Markets marked, open positions left, exits made and positions flagged.

    `stale_marks` of the held markets' marks are carried forward, because the quote gave none;
    `oldest_mark_seconds` is how long ago the market that was not seen for the longest was seen.
    """

    batch_id: int
    markets: int
    positions: int
    settled: int
    exited: int
    flagged: int
    stale_marks: int
    oldest_mark_seconds: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the exchange answered for the `held` markets, and when."""

    batch_id: int
    held: Sequence[MarketId]
    page: MarketPage
    half_confirmed: frozenset[MarketId]
    counters: Mapping[str, object]
    now: datetime

    @property
    def missing(self) -> list[MarketId]:
        seen = {market.market_id for market in self.page.markets}
        return [market_id for market_id in self.held if market_id not in seen]

    @property
    def flags(self) -> dict[MarketId, PositionFlag]:
        """What the positions of a market are flagged with that was not, or not all, readable."""
        unread = self.page.unread.items()
        missing = dict.fromkeys(self.missing, PositionFlag.NOT_LISTED)
        return missing | {market_id: _flag(reason) for market_id, reason in unread}


def _flag(unread: SkipReason) -> PositionFlag:
    match unread:
        case SkipReason.PLACEHOLDER:
            return PositionFlag.INACTIVE
        case (
            SkipReason.BAD_QUOTE
            | SkipReason.CROSSED_QUOTE
            | SkipReason.BAD_OUTCOME_PRICES
            | SkipReason.WITHOUT_PRICES
        ):
            return PositionFlag.UNREADABLE_PRICES
        case _:
            return PositionFlag.UNREADABLE_ROW


def run(_: PriceUpdateRequest, context: StepContext) -> PriceUpdateResult:
    """Fetch the held markets, then publish, exit and value in one transaction."""
    with context.database.transaction() as session:
        held = exits.held_markets(session)
    with fetching(context, BatchKind.PRICE_UPDATE) as fetch:
        page = context.exchange.markets_by_id(held)
        confirmed = half_confirmed(page.markets, fetch.batch_id, context)
        fetched = Fetched(fetch.batch_id, held, page, confirmed, fetch.counters, context.now())
        with context.database.transaction() as session:
            result = _apply(session, fetched)
    _record_metrics(result, context.metrics)
    return result


def _apply(session: Session, fetched: Fetched) -> PriceUpdateResult:
    batch_id, page, now = fetched.batch_id, fetched.page, fetched.now
    listings.save_markets(session, page.markets, page.fetched_at)
    tape.append(
        session,
        batch_id,
        page.markets,
        Sighting(page.fetched_at, half_confirmed=fetched.half_confirmed),
    )
    holders = tape.publish(
        session, batch_id, fetched.counters, now, LeftOut(unanswered_markets=len(fetched.missing))
    )
    due = (due_exit(priced) for priced in exits.possibly_due(session, holders))
    made = [position_exit for position_exit in due if position_exit is not None]
    exits.save(session, made, batch_id, now)
    flagged = exits.flag(session, fetched.flags)
    history.mark_portfolios(session, holders, now)
    staleness = tape.staleness(session, fetched.held, now)
    settled = sum(position_exit.kind is ExitKind.SETTLEMENT for position_exit in made)
    return PriceUpdateResult(
        batch_id=batch_id,
        markets=len(page.markets),
        positions=exits.count_open_positions(session),
        settled=settled,
        exited=len(made) - settled,
        flagged=flagged,
        stale_marks=staleness.marks,
        oldest_mark_seconds=staleness.oldest_seconds,
    )


def _record_metrics(result: PriceUpdateResult, metrics: Metrics) -> None:
    metrics.add("BatchMarkets", result.markets, batch=BatchKind.PRICE_UPDATE)
    metrics.add("OpenPositions", result.positions)
    metrics.add("PositionsSettled", result.settled)
    metrics.add("PositionsExited", result.exited)
    metrics.add("PositionsFlagged", result.flagged)
    metrics.add("StaleMarks", result.stale_marks)
    metrics.add("OldestMarkAge", result.oldest_mark_seconds, Unit.SECONDS)
