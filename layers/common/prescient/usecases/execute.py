"""Turns one portfolio's signals of a cycle into exits, fills and rejections, in one transaction."""

from __future__ import annotations

from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import take_turn
from prescient.core.strategies import registry
from prescient.store import turns
from prescient.usecases.support import chunks
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
    cycle_of,
)


class ExecuteResult(PortfolioStepResult):
    """How many signals were filled and how many rejected."""

    trades: int = 0
    rejected: int = 0


def run(request: PortfolioStepRequest, context: StepContext) -> ExecuteResult:
    """Execute this cycle's signals at the batch's quotes; a second run changes nothing.

    Load, decide, save. Raises `ClaimLost` where the cycle does not run the portfolio, or its lease
    has run out.
    """
    now = context.now()
    with context.database.transaction(request.portfolio_id) as session:
        waiting = turns.load(session, cycle_of(session, request), request.portfolio_id, now)
        claim, portfolio = waiting.claim, waiting.portfolio
        if claim.executed_at is not None:
            rejected = sum(claim.rejections.values())
            return ExecuteResult(trades=claim.trades, rejected=rejected)
        strategy = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
        limits, shared = portfolio.limits, context.shared_limits
        rules = Rules.of(strategy, limits, shared, context.max_quote_age, context.max_fill_delay)
        turn = take_turn(waiting.orders, waiting.account, rules)
        turns.save(session, claim, turn, rules, now)
    return ExecuteResult(trades=turn.trades, rejected=len(turn.rejections))


def run_chunk(request: ChunkRequest, context: StepContext) -> ChunkResult:
    """`run` for each portfolio of a chunk: see `support.chunks`."""
    return chunks.run(request, context, run)
