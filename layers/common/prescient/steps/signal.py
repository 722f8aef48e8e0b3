"""Turns the cycle's batch into one portfolio's signals, and claims the portfolio for the cycle."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from prescient import __version__
from prescient.core.decisions import Decision, decide
from prescient.core.errors import ClaimLost
from prescient.core.portfolios import PortfolioStatus
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import PortfolioView
from prescient.steps.context import StepContext
from prescient.steps.cycle import CycleParameters
from prescient.steps.portfolio_step import PortfolioStepRequest, cycle_of
from prescient.store import cycles, portfolios, signals, tape
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow


class SignalResult(BaseModel):
    """`skipped` when another cycle runs the portfolio or it is no longer active."""

    status: str
    signals: int = 0
    reason: str | None = None


def run(request: PortfolioStepRequest, context: StepContext) -> SignalResult:
    """Decide once a cycle: a second run finds the first one's decision and keeps it."""
    with context.database.transaction() as session:
        cycle_id = cycle_of(session, request)
        portfolio = portfolios.lock(session, request.portfolio_id)
        cycle = cycles.get(session, cycle_id)
        refusal = _refusal(session, cycle, portfolio, context)
        if refusal is not None:
            cycles.skip(session, cycle_id, portfolio.portfolio_id, refusal)
            return SignalResult(status="skipped", reason=refusal)
        done = cycles.portfolio_result(session, cycle_id, portfolio.portfolio_id)
        if done.funnel:
            return SignalResult(status="running", signals=done.signals)
        decision = _decide(session, cycle, portfolio)
        _save(session, cycle, portfolio, decision)
    return SignalResult(status="running", signals=len(decision.signals))


def _refusal(
    session: Session, cycle: CycleRow, portfolio: PortfolioRow, context: StepContext
) -> str | None:
    if cycle.batch_id is None:
        raise ClaimLost(f"cycle {cycle.cycle_id} has no complete batch to decide on")
    cycles.portfolio_result(session, cycle.cycle_id, portfolio.portfolio_id)
    if portfolio.status != PortfolioStatus.ACTIVE:
        return f"portfolio is {portfolio.status}"
    other = cycles.claim(session, cycle.cycle_id, portfolio.portfolio_id, context.now())
    return None if other is None else f"cycle {other} runs this portfolio"


def _decide(session: Session, cycle: CycleRow, portfolio: PortfolioRow) -> Decision:
    strategy = registry.find(portfolio.strategy_type)
    configuration = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
    thresholds = CycleParameters.model_validate(cycle.parameters).thresholds.of_markets()
    decided_at = _decided_at(cycle)
    candidates = tape.candidates(session, cycle.batch_id or 0, thresholds)
    view = _view(session, portfolio, configuration, decided_at)
    return decide(strategy, configuration, candidates, view, decided_at)


def _view(
    session: Session,
    portfolio: PortfolioRow,
    configuration: StrategyConfiguration,
    decided_at: datetime,
) -> PortfolioView:
    portfolio_id = portfolio.portfolio_id
    return PortfolioView(
        portfolio_id=portfolio_id,
        equity=portfolio.total_value,
        limits=portfolio.limits,
        open_positions=portfolio.open_positions,
        held=signals.held_markets(session, portfolio_id),
        cooling=signals.cooling_markets(
            session, portfolio_id, configuration.cooldown_hours, decided_at
        ),
    )


def _save(session: Session, cycle: CycleRow, portfolio: PortfolioRow, decision: Decision) -> None:
    origin = signals.Origin(
        portfolio_id=portfolio.portfolio_id,
        cycle_id=cycle.cycle_id,
        strategy_type=portfolio.strategy_type,
        config_version=portfolio.config_version,
        code_version=__version__,
        timestamp=_decided_at(cycle),
    )
    signals.save(session, decision.signals, origin)
    cycles.record_signals(
        session, cycle.cycle_id, portfolio.portfolio_id, decision.funnel, len(decision.signals)
    )


def _decided_at(cycle: CycleRow) -> datetime:
    """Every portfolio decides as of the end of `filter`, whenever its turn comes."""
    return cycle.decided_at or cycle.started_at
