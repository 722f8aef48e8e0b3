"""Computes the metrics of the portfolios that changed, and keeps them for the API to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from prescient.core.market.fills import Evidence
from prescient.core.performance.attribution import Attribution, Result, View, attribution
from prescient.core.performance.comparison import Verdict
from prescient.core.performance.drawdown import Drawdown
from prescient.core.performance.metrics import Performance, performance
from prescient.core.performance.probabilities import (
    Calibration,
    Forecast,
    Scores,
    calibration,
)
from prescient.core.performance.risk import daily_rate
from prescient.core.performance.series import daily_series
from prescient.core.performance.trading import TradedSums
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import ExitKind
from prescient.store import comparisons
from prescient.store import performance as stored
from prescient.store.comparisons import Compared
from prescient.store.database import Database, Session
from prescient.store.performance import ForecastRow, ResultRow
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.differences import Pair, differences
from prescient.usecases.support.measured import closed_positions, equity_points
from prescient.usecases.support.metrics import Measure

AT_ONCE = 500
PAIRS_AT_ONCE = 500
"""Pairs that one transaction compares: its connection is idle while they are computed."""
MOST_PAIRS = 5_000
"""Pairs that one run compares. Later runs go on with the others: 240,000 in a day."""
MOST_PARTS = 50
"""Of a view of the P&L the largest, by size; the others are summed up."""
_RENAMED = {
    "average_win": "avg_win",
    "average_loss": "avg_loss",
    "average_holding_time": "average_holding_seconds",
}

Names = Mapping[View, Mapping[str, str]]
"""The names of the parts of a view whose keys are ids, by key."""


class ResearchRequest(BaseModel):
    """`scheduled_at` is noted in the logs."""

    model_config = ConfigDict(extra="forbid")

    scheduled_at: AwareDatetime | None = None


class ResearchResult(BaseModel):
    """How many portfolios were measured."""

    portfolios: int


def run(_: ResearchRequest, context: StepContext) -> ResearchResult:
    """Measure the portfolios that changed since they were measured last, some at a time."""
    now = context.now()
    risk_free = daily_rate(context.risk_free_rate)
    with context.database.transaction() as session:
        changed = stored.changed(session)
    for start in range(0, len(changed), AT_ONCE):
        with context.database.transaction() as session:
            measure(session, changed[start : start + AT_ONCE], risk_free, now)
    compare_rebalanced(context.database, now)
    context.metrics.add(Measure.PORTFOLIOS_MEASURED, len(changed))
    return ResearchResult(portfolios=len(changed))


def compare_rebalanced(database: Database, now: datetime) -> None:
    """Note which of the portfolios that are rebalanced can be told apart, each pair once a day."""
    last_day = now.astimezone(UTC).date() - timedelta(days=1)
    for _ in range(0, MOST_PAIRS, PAIRS_AT_ONCE):
        with database.transaction() as session:
            pairs = comparisons.to_compare(session, last_day, PAIRS_AT_ONCE)
            if not pairs:
                return
            comparisons.save(session, list(_compared(session, pairs, last_day)), last_day, now)


def _compared(session: Session, pairs: Sequence[Pair], last_day: date) -> Iterator[Compared]:
    owners = sorted({owner for pair in pairs for owner in pair})
    series = daily_series(equity_points(stored.series(session, owners, last_day)), last_day)
    begun = {*series.portfolio_ids.tolist()}
    for found in differences(session, series, [pair for pair in pairs if begun.issuperset(pair)]):
        first, second = PortfolioId(found.first_id), PortfolioId(found.second_id)
        yield Compared(first, second, found.days, found.verdict)
    for first, second in pairs:
        if not begun.issuperset((first, second)):
            yield Compared(first, second, 0, Verdict.TOO_FEW_DAYS)


def measure(
    session: Session, portfolio_ids: Sequence[int], risk_free: float, now: datetime
) -> None:
    """Compute and keep the metrics of these portfolios; `risk_free` is the daily rate."""
    last_day = now.astimezone(UTC).date()
    series = daily_series(equity_points(stored.series(session, portfolio_ids, last_day)), last_day)
    closed = closed_positions(stored.closed(session, portfolio_ids))
    traded = [TradedSums(*row) for row in stored.traded(session, portfolio_ids)]
    divided = _attributions(stored.results(session, portfolio_ids))
    scored = _calibrations(stored.forecasts(session, portfolio_ids), last_day)
    rows = [
        _row(measured)
        | {
            "attribution": divided.get(measured.portfolio_id, _divided(attribution([]), {})),
            "calibration": scored.get(measured.portfolio_id),
        }
        for measured in performance(series, closed, traded, risk_free)
    ]
    stored.save(session, rows, last_day, now)


def _row(measured: Performance) -> dict[str, object]:
    """The metrics by the names of the cache's columns."""
    plain = measured._asdict()
    deepest: Drawdown | None = plain.pop("max_drawdown")
    reasons = {
        _RENAMED.get(name, name): {"code": reason, "message": reason.sentence}
        for name, reason in measured.reasons.items()
    }
    named = {_RENAMED.get(name, name): value for name, value in plain.items()}
    return {**named, **_drawdown(deepest), "reasons": reasons}


def _drawdown(deepest: Drawdown | None) -> dict[str, object]:
    if deepest is None:
        return {}
    return {
        "max_drawdown": deepest.fraction,
        "max_drawdown_amount": deepest.amount,
        "max_drawdown_peak_on": deepest.peak_on,
        "max_drawdown_trough_on": deepest.trough_on,
        "max_drawdown_recovered_on": deepest.recovered_on,
        "days_under_water": deepest.days_under_water,
    }


def _attributions(rows: Sequence[ResultRow]) -> dict[int, dict[str, object]]:
    by_portfolio: defaultdict[int, list[Result]] = defaultdict(list)
    for row in rows:
        by_portfolio[row.portfolio_id].append(result_of(row))
    names = _names(rows)
    return {owner: _divided(attribution(results), names) for owner, results in by_portfolio.items()}


def _names(rows: Sequence[ResultRow]) -> Names:
    """Return the questions of the markets and the titles of the events as they are today, by id."""
    return {
        View.MARKET: {row.market_id: row.market_name for row in rows},
        View.EVENT: {
            row.event_id: row.event_name for row in rows if row.event_id and row.event_name
        },
    }


def result_of(row: ResultRow) -> Result:
    """The row as what the core divides P&L by."""
    return Result(
        market_id=row.market_id,
        event_id=row.event_id,
        tags=tuple(row.tags),
        strategy=row.strategy,
        exit_kind=ExitKind(row.exit_kind) if row.exit_kind else None,
        entry_evidence=Evidence(row.entry_evidence) if row.entry_evidence else None,
        exit_evidence=Evidence(row.exit_evidence) if row.exit_evidence else None,
        pnl=row.pnl,
    )


def _divided(whole: Attribution, names: Names) -> dict[str, object]:
    """Return what is stored of the views: the largest gains and losses, and the sum of the rest."""
    return {
        "total": whole.total,
        "without_book": whole.without_book,
        "share_without_book": whole.share_without_book,
        "views": {
            view: [*_largest(parts, names.get(view, {}))] for view, parts in whole.parts.items()
        },
        "rest": {view: whole.total - _sum(parts) for view, parts in whole.parts.items()},
    }


def _largest(parts: Mapping[str, Decimal], names: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for key in _kept(parts):
        yield {"key": key, "name": names.get(key), "pnl": parts[key]}


def _kept(parts: Mapping[str, Decimal]) -> list[str]:
    largest = sorted(parts, key=lambda key: -abs(parts[key]))[:MOST_PARTS]
    return [key for key in parts if key in set(largest)]


def _sum(parts: Mapping[str, Decimal]) -> Decimal:
    return sum((parts[key] for key in _kept(parts)), Decimal(0))


def _calibrations(rows: Sequence[ForecastRow], last_day: date) -> dict[int, dict[str, object]]:
    by_portfolio: defaultdict[int, list[Forecast]] = defaultdict(list)
    for row in rows:
        by_portfolio[row.portfolio_id].append(Forecast(*row[1:]))
    found = {
        owner: calibration(made, [owner, last_day.toordinal()])
        for owner, made in by_portfolio.items()
    }
    return {owner: _scored(scored) for owner, scored in found.items() if scored is not None}


def _scored(scored: Calibration) -> dict[str, object]:
    edge = scored.edge
    return {
        "probabilities": _scores(scored.probabilities),
        "prices": _scores(scored.prices),
        "events": scored.events,
        "edge": edge and {"mean": edge.mean, "low": edge.low, "high": edge.high},
    }


def _scores(scores: Scores) -> dict[str, object]:
    return asdict(scores) | {"deciles": [decile._asdict() for decile in scores.deciles]}
