"""Turns the cycle's batch into a portfolio's signals, and claims the portfolio for the cycle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from prescient import __version__
from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.deciding.decisions import Decision, decide
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import ClaimLost
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import HeldPosition, PortfolioView
from prescient.store import candidates, cycles, portfolios, signals
from prescient.store.cycles import CyclePortfolioRow, CycleRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow
from prescient.store.signals import HeldRow
from prescient.usecases.support import chunks
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
    cycle_of,
    may_run,
)


class SignalResult(PortfolioStepResult):
    """`skipped` when another cycle runs the portfolio or it is no longer active."""

    status: CyclePortfolioStatus
    signals: int = 0
    reason: str | None = None

    @property
    def goes_on(self) -> bool:
        return self.status is CyclePortfolioStatus.RUNNING


@dataclass(slots=True)
class _Picture:
    """A cycle as all of its portfolios see it: read for the first of a chunk, kept for the others.

    Nothing of it belongs to a portfolio, and no strategy can change it.
    """

    cycle: CycleRow | None = None
    candidates: Sequence[Candidate] | None = None
    held: dict[MarketId, Candidate | None] = field(default_factory=dict)

    def cycle_of(self, session: Session, cycle_id: int) -> CycleRow:
        if self.cycle is None:
            self.cycle = cycles.get(session, cycle_id)
        return self.cycle

    def candidates_of(
        self, session: Session, batch_id: int, thresholds: Thresholds
    ) -> Sequence[Candidate]:
        if self.candidates is None:
            self.candidates = candidates.load(session, batch_id, thresholds)
        return self.candidates

    def held_of(
        self, session: Session, batch_id: int, market_ids: Collection[MarketId]
    ) -> Mapping[MarketId, Candidate | None]:
        """These markets that a portfolio holds, and maybe more; None where the batch has none.

        What the cycle asks of its candidates does not bind them, and their books may be such as
        only a holding brought into the batch.
        """
        if unread := [market_id for market_id in market_ids if market_id not in self.held]:
            found = candidates.load(session, batch_id, Thresholds(), unread)
            self.held |= dict.fromkeys(unread)
            self.held |= {candidate.market_id: candidate for candidate in found}
        return self.held


def run(request: PortfolioStepRequest, context: StepContext) -> SignalResult:
    """Decide once a cycle: a second run finds the first one's decision and keeps it."""
    return _run(request, context, _Picture())


def run_chunk(request: ChunkRequest, context: StepContext) -> ChunkResult:
    """`run` for each portfolio of a chunk: see `support.chunks`."""
    return chunks.run(request, context, partial(_run, picture=_Picture()))


def _run(request: PortfolioStepRequest, context: StepContext, picture: _Picture) -> SignalResult:
    now = context.now()
    with context.database.transaction(request.portfolio_id) as session:
        cycle_id = cycle_of(session, request)
        locked = portfolios.send_lock(session, request.portfolio_id)
        part = cycles.send_portfolio_result(session, cycle_id, request.portfolio_id)
        portfolio, cycle = locked.get(), picture.cycle_of(session, cycle_id)
        batch_id, earlier = _batch_of(cycle), part.get()
        if not may_run(portfolio):
            return _skip(session, earlier, f"portfolio is {portfolio.status}")
        claimed = cycles.send_claim(session, cycle_id, portfolio.portfolio_id, now)
        held = signals.send_held(session, portfolio.portfolio_id, batch_id)
        if (other := claimed.get()) is not None:
            return _skip(session, earlier, f"cycle {other} runs this portfolio")
        if earlier.funnel:
            return SignalResult(status=CyclePortfolioStatus.RUNNING, signals=earlier.signals)
        decision = _decide(session, cycle, portfolio, held.get(), picture)
        _save(session, cycle, portfolio, decision)
    return SignalResult(status=CyclePortfolioStatus.RUNNING, signals=len(decision.signals))


def _batch_of(cycle: CycleRow) -> int:
    if cycle.batch_id is None:
        raise ClaimLost(f"cycle_id: cycle {cycle.cycle_id} has no complete batch to decide on")
    return cycle.batch_id


def _skip(session: Session, part: CyclePortfolioRow, reason: str) -> SignalResult:
    cycles.skip(session, part.cycle_id, part.portfolio_id, reason)
    return SignalResult(status=CyclePortfolioStatus.SKIPPED, reason=reason)


def _decide(
    session: Session,
    cycle: CycleRow,
    portfolio: PortfolioRow,
    held: Sequence[HeldRow],
    picture: _Picture,
) -> Decision:
    batch_id = _batch_of(cycle)
    strategy = registry.find(portfolio.strategy_type)
    configuration = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
    thresholds = Thresholds.model_validate(cycle.parameters.get("thresholds", {}))
    shown = picture.candidates_of(session, batch_id, thresholds)
    positions = _positions(session, batch_id, portfolio, held, picture)
    view = _view(session, cycle, portfolio, configuration, positions)
    return decide(strategy, configuration, shown, view)


def _view(
    session: Session,
    cycle: CycleRow,
    portfolio: PortfolioRow,
    configuration: StrategyConfiguration,
    positions: tuple[HeldPosition, ...],
) -> PortfolioView:
    portfolio_id, decided_at = portfolio.portfolio_id, _decided_at(cycle)
    cooldown = timedelta(hours=float(configuration.cooldown_hours))
    return PortfolioView(
        portfolio_id=portfolio_id,
        cycle_id=cycle.cycle_id,
        decided_at=decided_at,
        equity=portfolio.total_value,
        cash=portfolio.current_balance,
        limits=portfolio.limits,
        positions=positions,
        exited_by_rule=signals.exited_by_rule(session, portfolio_id, decided_at - cooldown),
        paused=portfolio.status is PortfolioStatus.PAUSED,
    )


def _positions(
    session: Session,
    batch_id: int,
    portfolio: PortfolioRow,
    held: Sequence[HeldRow],
    picture: _Picture,
) -> tuple[HeldPosition, ...]:
    """The open positions; with their markets in the batch if the strategy may sell them."""
    found: Mapping[MarketId, Candidate | None] = {}
    if held and registry.sells(portfolio.strategy_type):
        found = picture.held_of(session, batch_id, [row.market_id for row in held])
    return tuple(row.seen_in(found.get(row.market_id)) for row in held)


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
