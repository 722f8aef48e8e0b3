"""What clients see of the steps that they run one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from prescient.api.models import Model
from prescient.api.responses.values import Money
from prescient.store.portfolios import PortfolioRow
from prescient.usecases.single_steps import PortfolioStep


class StepStatus(StrEnum):
    """The result of a step for one portfolio; `running` if it goes on after the answer."""

    COMPLETED = "completed"
    RUNNING = "running"
    SKIPPED = "skipped"
    NO_SIGNALS = "no_signals"
    ERROR = "error"


class MarketsFiltered(Model):
    """The batch on which the portfolios of this cycle decide, and how many they are.

    `markets` were listed, `skipped` rows of the exchange could not be read.
    """

    message: str
    cycle_id: int
    batch_id: int
    markets: int
    skipped: int
    portfolios: int
    timestamp: datetime


class StepAnswer(Model):
    """What a step did; `next` is the URL that goes on with the portfolios that are left."""

    message: str
    next: str | None
    timestamp: datetime


class StepSummary(Model):
    portfolios_processed: int


class PortfolioStepped(Model):
    """`error` says why a step failed or was skipped."""

    portfolio_id: int
    portfolio_name: str
    status: StepStatus
    error: str | None


class SignalsOfPortfolio(PortfolioStepped):
    signals: int

    @classmethod
    def of(cls, step: PortfolioStep) -> Self:
        answer = step.answer or {}
        is_skipped = answer.get("status") == StepStatus.SKIPPED
        return cls(
            portfolio_id=step.portfolio.portfolio_id,
            portfolio_name=step.portfolio.name,
            status=StepStatus.SKIPPED if is_skipped else status(step),
            error=answer.get("reason") or error(step),
            signals=answer.get("signals", 0),
        )


class SignalsSummary(StepSummary):
    total_signals: int


class SignalsGenerated(StepAnswer):
    """What each portfolio decided; `next` is the URL that goes on with those that are left."""

    summary: SignalsSummary
    portfolio_results: list[SignalsOfPortfolio]


class TradesOfPortfolio(PortfolioStepped):
    """How many signals were filled and refused, and the portfolio's cash and cost basis after."""

    executed_trades: int
    failed_trades: int
    total_signals: int
    new_balance: Money
    total_invested: Money

    @classmethod
    def of(cls, step: PortfolioStep, after: PortfolioRow) -> Self:
        answer = step.answer or {}
        executed, failed = answer.get("trades", 0), answer.get("rejected", 0)
        is_idle = step.is_idle or (step.answer is not None and not executed + failed)
        return cls(
            portfolio_id=after.portfolio_id,
            portfolio_name=after.name,
            status=StepStatus.NO_SIGNALS if is_idle else status(step),
            error=error(step),
            executed_trades=executed,
            failed_trades=failed,
            total_signals=executed + failed,
            new_balance=after.current_balance,
            total_invested=after.total_invested,
        )


class TradesSummary(StepSummary):
    total_executed_trades: int
    total_failed_trades: int


class SignalsExecuted(StepAnswer):
    """What came of each portfolio's signals; `next` goes on with those that are left."""

    summary: TradesSummary
    portfolio_results: list[TradesOfPortfolio]


class EquityOfPortfolio(PortfolioStepped):
    """`equity` is null where the portfolio cannot be valued, or has no cycle to end."""

    equity: Money | None

    @classmethod
    def of(cls, step: PortfolioStep) -> Self:
        return cls(
            portfolio_id=step.portfolio.portfolio_id,
            portfolio_name=step.portfolio.name,
            status=status(step),
            error=error(step),
            equity=(step.answer or {}).get("equity"),
        )


class SnapshotsTaken(StepAnswer):
    """What each portfolio is worth; `next` goes on with those that are left."""

    summary: StepSummary
    portfolio_results: list[EquityOfPortfolio]


class PricesSummary(Model):
    """What a price update did: see `docs/accounting.md`."""

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


class PricesUpdated(Model):
    message: str
    summary: PricesSummary
    timestamp: datetime


class PriceUpdateStarted(Model):
    """The price update goes on; `url` shows when it has ended."""

    message: str
    url: str


def status(step: PortfolioStep) -> StepStatus:
    """What came of a step, as far as its error and its answer tell."""
    if step.error is not None:
        return StepStatus.SKIPPED if step.is_idle else StepStatus.ERROR
    return StepStatus.RUNNING if step.answer is None else StepStatus.COMPLETED


def error(step: PortfolioStep) -> str | None:
    """Why a step failed or was skipped."""
    return None if step.error is None else str(step.error)


def processed(results: Sequence[PortfolioStepped]) -> int:
    """How many portfolios the step was completed for."""
    found = Counter(result.status for result in results)
    return found[StepStatus.COMPLETED] + found[StepStatus.NO_SIGNALS]
