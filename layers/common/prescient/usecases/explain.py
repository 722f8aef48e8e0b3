"""Why a portfolio did, or did not, trade a market in its last cycle.

Where the cycle made a signal of the market, the signal tells. Otherwise the decision is repeated
with what the portfolio had then (batch, configuration, holdings, cash), up to the stage that
stopped the market.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prescient.core.deciding.decisions import decide
from prescient.core.deciding.explanation import (
    Check,
    market_checks,
    threshold_checks,
    why_stopped,
)
from prescient.core.deciding.stages import Stage
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import CycleNotFound
from prescient.core.market.markets import MarketId
from prescient.core.money import ZERO
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import PortfolioView
from prescient.store import candidates, cycles, explanations, market_pages, portfolios, signal_pages
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.store.explanations import PartRow, SeenRow
from prescient.store.signal_pages import SignalRow, SignalStatus
from prescient.store.windows import Window

_DECISIONS_OF_A_MARKET = 4
"""A cycle makes at most four signals of a market: to buy and to sell each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The stage that the market reached, a sentence about it, and the rules with their numbers."""

    cycle_id: int
    decided_at: datetime | None
    market_question: str
    strategy_type: str
    stage: Stage
    sentence: str
    checks: Sequence[Check] = ()
    signal: SignalRow | None = None


def explain(session: Session, portfolio_id: PortfolioId, market_id: MarketId) -> Explanation:
    """Explain a market in the portfolio's last cycle.

    Raises `PortfolioNotFound`, `MarketNotFound`, and `CycleNotFound` where none has run it yet.
    """
    part = explanations.newest_part(session, portfolio_id)
    if part is None:
        portfolios.get(session, portfolio_id)
        raise CycleNotFound(f"portfolio_id: no cycle has run portfolio {portfolio_id} yet")
    market = market_pages.get(session, market_id)
    cycle = cycles.get(session, part.cycle_id)
    case = _Case(portfolio_id, market_id, part, cycle)
    found = _decided(session, case) or _undecided(session, case)
    return Explanation(
        cycle_id=cycle.cycle_id,
        decided_at=cycle.decided_at,
        market_question=market.question,
        strategy_type=part.strategy_type,
        stage=found.stage,
        sentence=found.sentence,
        checks=found.checks,
        signal=found.signal,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A market, and the portfolio's part of its last cycle."""

    portfolio_id: PortfolioId
    market_id: MarketId
    part: PartRow
    cycle: CycleRow


@dataclass(frozen=True, slots=True)
class _Found:
    stage: Stage
    sentence: str
    checks: Sequence[Check] = ()
    signal: SignalRow | None = None


def _decided(session: Session, case: _Case) -> _Found | None:
    """Return what became of the cycle's signal; None where it made none of this market."""
    window = Window(limit=_DECISIONS_OF_A_MARKET)
    rows = signal_pages.page(session, case.portfolio_id, window, market_id=case.market_id)
    for signal in rows:
        if signal.cycle_id == case.cycle.cycle_id:
            return _Found(Stage(signal.status), _of_signal(signal), signal=signal)
    return None


def _of_signal(signal: SignalRow) -> str:
    match SignalStatus(signal.status):
        case SignalStatus.EXECUTED:
            return f"it was traded: {signal.reason}"
        case SignalStatus.REJECTED:
            return f"it was chosen ({signal.reason}), and rejected: {signal.rejection}"
    return f"it was chosen ({signal.reason}), and is not executed yet"


def _undecided(session: Session, case: _Case) -> _Found:
    part, cycle = case.part, case.cycle
    if not part.funnel or cycle.batch_id is None:
        status = f"{part.status}: {part.reason}" if part.reason else part.status
        return _Found(Stage.NOT_RUN, f"the portfolio's part of the cycle is {status}")
    seen = explanations.seen(session, cycle.batch_id, case.market_id)
    if seen is None:
        return _Found(Stage.TAPE_GONE, "the tape that the cycle decided on is gone")
    thresholds = Thresholds.model_validate(cycle.parameters.get("thresholds", {}))
    return _hidden(seen, thresholds) or _followed(session, case, thresholds)


def _hidden(seen: SeenRow, thresholds: Thresholds) -> _Found | None:
    """Return why no strategy saw the market; None where the portfolio's did."""
    if not seen.is_listed:
        return _Found(Stage.NOT_LISTED, "the cycle's fetch did not list it")
    if not seen.is_tradable:
        return _Found(Stage.NOT_TRADABLE, "it was closed, took no orders or had no prices")
    checks = threshold_checks(
        thresholds,
        liquidity=seen.liquidity,
        volume=seen.volume,
        conviction=seen.conviction or ZERO,
    )
    for check in checks:
        if not check.passed:
            return _Found(Stage.THRESHOLDS, f"the cycle asked for more: {check.sentence}", checks)
    return None


def _followed(session: Session, case: _Case, thresholds: Thresholds) -> _Found:
    """Decide once more, and return the stage that stopped the market."""
    part, cycle, market_id = case.part, case.cycle, case.market_id
    strategy = registry.find(part.strategy_type)
    configuration = registry.configuration(part.strategy_type, part.strategy_config)
    view = _view(session, case, configuration)
    shown = candidates.load(session, cycle.batch_id or 0, thresholds)
    stopped_at = decide(strategy, configuration, shown, view, market_id).stopped_at
    stage = Stage.UNKNOWN if stopped_at is None else Stage(stopped_at)
    candidate = _candidate(shown, market_id)
    checks = market_checks(candidate, configuration, view)
    failed = [check for check in checks if check.rule == stage]
    if failed:
        return _Found(stage, failed[0].sentence, checks)
    return _Found(stage, why_stopped(stage, candidate, strategy, configuration, view), checks)


def _candidate(shown: Sequence[Candidate], market_id: MarketId) -> Candidate:
    return next(candidate for candidate in shown if candidate.market_id == market_id)


def _view(session: Session, case: _Case, configuration: StrategyConfiguration) -> PortfolioView:
    """Return what the strategy saw of its portfolio."""
    portfolio_id, part, cycle = case.portfolio_id, case.part, case.cycle
    at = cycle.decided_at or cycle.started_at
    cash, equity = explanations.standing(session, portfolio_id, at) or (ZERO, ZERO)
    since = at - timedelta(hours=float(configuration.cooldown_hours))
    return PortfolioView(
        portfolio_id=portfolio_id,
        cycle_id=cycle.cycle_id,
        decided_at=at,
        equity=equity,
        cash=cash,
        limits=part.own_limits,
        positions=tuple(explanations.held(session, portfolio_id, cycle.cycle_id, at)),
        exited_by_rule=explanations.exited_by_rule(session, portfolio_id, since, at),
        paused="paused" in part.funnel,
    )
