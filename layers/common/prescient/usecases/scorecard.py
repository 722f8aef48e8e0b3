"""Judges whether a portfolio is worth real money: gathers the facts, point by point."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

from prescient.core.accounting.reconcile import breaks
from prescient.core.performance import ranking
from prescient.core.performance.attribution import attribution
from prescient.core.performance.drawdown import drawdowns
from prescient.core.performance.figures import DAYS_A_YEAR
from prescient.core.performance.probabilities import Forecast, calibration
from prescient.core.performance.returns import growth_index
from prescient.core.performance.scorecard import Facts, Scorecard, scorecard
from prescient.core.performance.series import daily_series
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import ExitKind
from prescient.store import performance as stored
from prescient.store import portfolios, reconcile
from prescient.store.database import Database, Session
from prescient.usecases import comparison
from prescient.usecases.research import result_of
from prescient.usecases.support.judging import Judged, ScorePoint
from prescient.usecases.support.measured import equity_points


def judge(database: Database, portfolio_id: PortfolioId, now: datetime) -> Judged:
    """Judge a portfolio by its days that have ended; raises `PortfolioNotFound`."""
    last_day = now.astimezone(UTC).date() - timedelta(days=1)
    with database.snapshot() as session:
        benchmark = stored.benchmark(session)
        card = scorecard(_facts(session, portfolio_id, benchmark, last_day))
    return Judged(
        portfolio_id=portfolio_id,
        calculated_at=now,
        last_day=last_day,
        benchmark_id=benchmark,
        sentence=card.sentence,
        points=_points(card),
    )


def _points(card: Scorecard) -> list[ScorePoint]:
    return [
        ScorePoint(subject=point.subject, colour=point.colour, number=point.number, says=point.says)
        for point in card.points
    ]


def _facts(
    session: Session, portfolio_id: PortfolioId, benchmark: PortfolioId | None, last_day: date
) -> Facts:
    portfolio = portfolios.get(session, portfolio_id)
    series = daily_series(equity_points(stored.series(session, [portfolio_id], last_day)), last_day)
    has_begun = portfolio_id in series.portfolio_ids
    returns = series.returns_of(portfolio_id) if has_begun else None
    results = [result_of(row) for row in stored.results(session, [portfolio_id])]
    settled = {made.market_id for made in results if made.exit_kind is ExitKind.SETTLEMENT}
    made = [Forecast(*row[1:]) for row in stored.forecasts(session, [portfolio_id])]
    scored = calibration(made, [portfolio_id, last_day.toordinal()])
    trials = [ratio / math.sqrt(DAYS_A_YEAR) for ratio in stored.sharpe_ratios(session)]
    is_compared = benchmark not in (None, portfolio_id)
    return Facts(
        days=0 if returns is None else len(returns),
        trades=portfolio.trade_count,
        resolved_markets=len(settled),
        max_drawdown=drawdowns(growth_index(series)).deepest()[0] if has_begun else None,
        to_random=(
            comparison.between(session, portfolio_id, benchmark, last_day)
            if is_compared and benchmark is not None
            else None
        ),
        to_prices=None if scored is None else scored.edge,
        deflated_sharpe=(
            None if returns is None else ranking.deflated_sharpe_ratio(returns, trials)
        ),
        share_without_book=attribution(results).share_without_book,
        reconciled=not breaks(*reconcile.books(session, [portfolio_id])),
    )
