"""Marks, settles and stops out the open positions of all portfolios, every few minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from prescient.core.errors import ExchangeUnavailable, PassingError
from prescient.core.market.batches import BatchKind, LeftOut
from prescient.core.market.books import OrderBook, Side, believed
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.exits import HeldOutcome, due_exit, due_outcomes
from prescient.core.portfolio.guards import Alert
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Exit, ExitKind, PositionFlag
from prescient.polymarket.skip_reasons import SkipReason
from prescient.store import books, exits, health, history, portfolios, savepoints, tape
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.tape import Published, Sighting, Staleness
from prescient.usecases import sweep
from prescient.usecases.support import guarding, valuing
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.fetching import Fetch, fetching
from prescient.usecases.support.half_confirmed import half_confirmed
from prescient.usecases.support.held_prices import HeldPrices
from prescient.usecases.support.lateness import measure_lateness
from prescient.usecases.support.metrics import Measure, Metrics
from prescient.usecases.support.problems import Problem
from prescient.usecases.support.storing import store_markets
from prescient.usecases.support.valuing import Valued
from prescient.usecases.sweep import AbandonedCycle

SWEPT_WITHIN = timedelta(days=2)  # maintenance looks further back


class PriceUpdateRequest(BaseModel):
    """`scheduled_at` is noted in the logs; prices are those of now."""

    model_config = ConfigDict(extra="forbid")

    scheduled_at: AwareDatetime | None = None


class PriceUpdateResult(Valued):
    """Markets marked, open positions left, exits made, positions flagged, and what guards did.

    `stale_marks` of the held markets' marks are carried forward, because the quote gave none;
    `oldest_mark_seconds` is how long ago the market that was not seen for the longest was seen.
    `abandoned` are the cycles that the sweep ended, which follows every price update, None where it
    could not be done.
    """

    batch_id: int
    markets: int
    positions: int
    settled: int
    exited: int
    flagged: int
    warned: int
    paused: int
    stale_marks: int
    oldest_mark_seconds: int
    abandoned: list[AbandonedCycle] | None = Field(default_factory=list)

    def problems(self) -> Iterable[Problem]:
        yield from super().problems()
        yield from (cycle.problem for cycle in self.abandoned or [])
        if self.abandoned is None:
            yield Problem("sweep failed")


def run(_: PriceUpdateRequest, context: StepContext) -> PriceUpdateResult:
    """Fetch the held markets, then publish, exit and value in one transaction.

    Cycles that died are closed afterwards. Where that fails, the update is done all the same, and
    the next one sweeps.
    """
    with context.metrics.outcome(Measure.PRICES_UPDATED):
        result = _update(context)
    result.abandoned = _swept(context)
    return result


def _swept(context: StepContext) -> list[AbandonedCycle] | None:
    try:
        return sweep.run(context, within=SWEPT_WITHIN)
    except PassingError:
        return None


def _update(context: StepContext) -> PriceUpdateResult:
    began = context.now()
    with context.database.transaction(pipelined=True) as session:
        held = exits.send_held_outcomes(session)
        asked = health.send_check(session)
    known = asked.get()
    measure_lateness(known, began, context.metrics)
    with fetching(context, BatchKind.PRICE_UPDATE, opens_later=True) as fetch:
        fetched = _fetch(fetch, held.get(), context, turn=known.batch_id or 0)
        with context.database.transaction() as session:
            result = _apply(session, fetched)
    took = (context.now() - began).total_seconds()
    context.metrics.add(Measure.PRICE_UPDATE_DURATION, took)
    _record_metrics(result, context.metrics)
    return result


def _fetch(
    fetch: Fetch, held: Sequence[HeldOutcome], context: StepContext, *, turn: int
) -> HeldPrices:
    market_ids = list(dict.fromkeys(outcome.market_id for outcome in held))
    page = context.exchange.markets_by_id(market_ids)
    confirmed = half_confirmed(page.markets, context.exchange, turn=turn)
    shown = {market.market_id: market for market in page.markets}
    due, books_at = list(due_outcomes(held, shown)), context.now()
    found = _books(due, shown, context)
    kept = believed(found, {market_id: shown[market_id].quote for market_id, _ in found})
    fetch.skipped[SkipReason.CONTRADICTED_BOOK.value] += len(found) - len(kept)
    return HeldPrices(
        fetch=fetch,
        held=market_ids,
        page=page,
        half_confirmed=confirmed,
        due=due,
        books=kept,
        books_at=books_at,
        now=context.now(),
        total_guard=context.total_guard,
    )


def _books(
    due: Iterable[HeldOutcome], shown: Mapping[MarketId, Market], context: StepContext
) -> dict[Side, OrderBook]:
    """The books that exits would walk; without an answer they are bound by the listed quotes."""
    sides: dict[str, Side] = {}
    for held in due:
        token_id = shown[held.market_id].token_of(held.outcome)
        if token_id is not None:
            sides[token_id] = (held.market_id, held.outcome)
    if not sides:
        return {}
    try:
        found = context.exchange.books(list(sides))
    except ExchangeUnavailable:
        return {}
    return {sides[token_id]: book for token_id, book in found.items()}


def _apply(session: Session, fetched: HeldPrices) -> PriceUpdateResult:
    fetch, page = fetched.fetch, fetched.page
    fetch.open(session)
    sighting = Sighting(page.fetched_at, half_confirmed=fetched.half_confirmed)
    unstorable = store_markets(session, fetch, page.markets, sighting)
    books.save(session, fetch.batch_id, fetched.books, fetched.books_at)
    return _published(session, fetched, unstorable)


def _published(
    session: Session, fetched: HeldPrices, unstorable: Sequence[MarketId]
) -> PriceUpdateResult:
    """Let the stored prices count, and do what they call for."""
    fetch, now = fetched.fetch, fetched.now
    left_out = LeftOut(unanswered_markets=len(fetched.missing))
    published = tape.publish(session, fetch.batch_id, fetch.counters, now, left_out)
    send = partial(_send_values, session, fetched, published)
    attempted = savepoints.attempt_sent(session, published.portfolio_ids, send)
    unread = dict.fromkeys(unstorable, PositionFlag.UNREADABLE_ROW)
    with session.pipeline():
        valued = valuing.note(session, published.portfolio_ids, attempted)
        of_all = guarding.watch_total(session, fetched.total_guard, now)
        flagged = exits.send_flags(session, fetched.flags | unread)
        staleness = tape.send_staleness(session, fetched.held, now)
    return _result(
        fetched,
        [*chain(*attempted.results, of_all)],
        valued,
        staleness.get(),
        flagged=flagged.get(),
        unstorable=len(unstorable),
    )


def _send_values(
    session: Session,
    fetched: HeldPrices,
    published: Published,
    portfolio_ids: Sequence[PortfolioId],
) -> Pending[list[Exit | Alert]]:
    """Pay and close what is due of these portfolios, store what they are worth, and guard it."""
    batch_id, chosen, now = fetched.fetch.batch_id, frozenset(portfolio_ids), fetched.now
    held = exits.priced(session, batch_id, fetched.markets_of_exits, portfolio_ids)
    due = (due_exit(priced) for priced in held)
    made = [position_exit for position_exit in due if position_exit is not None]
    exits.save(session, made, batch_id, now)
    holders = [holder for holder in published.holders if holder in chosen]
    portfolios.rewrite_totals(session, holders, now, marked_at=now)
    history.add_equity_points(session, portfolio_ids, now)
    alerts = guarding.send_watch(session, portfolio_ids, now)
    return Pending(lambda: [*made, *alerts.get()])


def _result(
    fetched: HeldPrices,
    done: Sequence[Exit | Alert],
    valued: Valued,
    staleness: Staleness,
    *,
    flagged: int,
    unstorable: int,
) -> PriceUpdateResult:
    made = [found for found in done if isinstance(found, Exit)]
    alerts = Counter(found for found in done if isinstance(found, Alert))
    settled = sum(position_exit.kind is ExitKind.SETTLEMENT for position_exit in made)
    return PriceUpdateResult(
        batch_id=fetched.fetch.batch_id,
        markets=len(fetched.page.markets) - unstorable,
        positions=staleness.open_positions,
        settled=settled,
        exited=len(made) - settled,
        flagged=flagged,
        warned=alerts[Alert.WARNING],
        paused=alerts[Alert.REACHED],
        stale_marks=staleness.marks,
        oldest_mark_seconds=staleness.oldest_seconds,
        failed=valued.failed,
        failures=valued.failures,
    )


def _record_metrics(result: PriceUpdateResult, metrics: Metrics) -> None:
    valuing.record_failures(result, BatchKind.PRICE_UPDATE, metrics)
    metrics.add(Measure.BATCH_MARKETS, result.markets, batch=BatchKind.PRICE_UPDATE)
    metrics.add(Measure.OPEN_POSITIONS, result.positions)
    metrics.add(Measure.POSITIONS_SETTLED, result.settled)
    metrics.add(Measure.POSITIONS_EXITED, result.exited)
    metrics.add(Measure.POSITIONS_FLAGGED, result.flagged)
    guarding.measure([Alert.WARNING] * result.warned + [Alert.REACHED] * result.paused, metrics)
    metrics.add(Measure.STALE_MARKS, result.stale_marks)
    metrics.add(Measure.OLDEST_MARK_AGE, result.oldest_mark_seconds)
