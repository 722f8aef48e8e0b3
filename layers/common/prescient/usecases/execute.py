"""Turns portfolios' signals of a cycle into exits, fills and rejections, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from prescient.core.execution.account import Account
from prescient.core.execution.passing import Passed
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn, take_turn
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import orders, turns
from prescient.store.database import Session, read_json
from prescient.store.turns import Decided, Loaded, TraderRow
from prescient.usecases.support import chunks
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
    cycle_of,
)

if TYPE_CHECKING:
    from prescient.core.strategies.protocol import Strategy

MOST_ORDERS = 500  # of a transaction: others wait for its capital row


class ExecuteResult(PortfolioStepResult):
    """How many signals were filled and how many rejected."""

    trades: int = 0
    rejected: int = 0


Outcomes = dict[PortfolioId, ExecuteResult | Exception]


def run(request: PortfolioStepRequest, context: StepContext) -> ExecuteResult:
    """Execute this cycle's signals at the batch's quotes; a second run changes nothing.

    Load, decide, save. Raises `ClaimLost` where the cycle does not run the portfolio, or its lease
    has run out.
    """
    portfolio_id, now = request.portfolio_id, context.now()
    with context.database.transaction(portfolio_id) as session:
        cycle_id = cycle_of(session, request)
        outcome = _execute(session, cycle_id, [portfolio_id], context, now)[portfolio_id]
        if isinstance(outcome, Exception):
            raise outcome
    return outcome


def run_chunk(request: ChunkRequest, context: StepContext) -> ChunkResult:
    """`run` for a chunk, many portfolios in one transaction: see `support.chunks`."""

    def together(portfolio_ids: Sequence[PortfolioId]) -> Outcomes:
        now = context.now()
        with context.database.transaction(*portfolio_ids) as session:
            return _execute(session, request.cycle_id, portfolio_ids, context, now)

    return chunks.run_together(request, context, together, run)


def _execute(
    session: Session,
    cycle_id: int,
    portfolio_ids: Sequence[PortfolioId],
    context: StepContext,
    now: datetime,
) -> Outcomes:
    """Execute for the first of the portfolios, as many as have `MOST_ORDERS` together.

    A portfolio whose turn cannot be decided drops out with its error.
    """
    outcomes: Outcomes = {}
    loaded = turns.load(session, cycle_id, portfolio_ids, now)
    going = _going(loaded, portfolio_ids, outcomes, now)
    if going:
        decided = [*_decided(going, loaded, outcomes, context)]
        turns.save(session, cycle_id, decided, now)
    return outcomes


def _going(
    loaded: Loaded,
    portfolio_ids: Sequence[PortfolioId],
    outcomes: Outcomes,
    now: datetime,
) -> Mapping[PortfolioId, TraderRow]:
    """The first of the portfolios whose turn it is; what ended before has its outcome already."""
    going: dict[PortfolioId, TraderRow] = {}
    signals = 0
    for portfolio_id in portfolio_ids:
        if signals >= MOST_ORDERS:
            break
        try:
            trader = loaded.waiting(portfolio_id, now)
        except Exception as error:  # noqa: BLE001 (an error of any kind ends this portfolio alone)
            outcomes[portfolio_id] = error
            continue
        if trader.executed_at is None:
            going[portfolio_id] = trader
            signals += trader.signals
        else:
            outcomes[portfolio_id] = ExecuteResult(trades=trader.trades, rejected=trader.rejected)
    return going


def _decided(
    going: Mapping[PortfolioId, TraderRow],
    loaded: Loaded,
    outcomes: Outcomes,
    context: StepContext,
) -> Iterator[Decided]:
    """Take the turns, each on what those before it left."""
    passed, rules_of = Passed(loaded.shared, {}), _Rulebook(context)
    for portfolio_id, trader in going.items():
        try:
            rules = rules_of(trader)
            turn = _taken(trader, loaded, passed, rules)
        except Exception as error:  # noqa: BLE001 (an error of any kind ends this portfolio alone)
            outcomes[portfolio_id] = error
            continue
        passed = passed.after(turn)
        outcomes[portfolio_id] = ExecuteResult(trades=turn.trades, rejected=len(turn.rejections))
        yield Decided(trader, turn, rules)


def _taken(trader: TraderRow, loaded: Loaded, passed: Passed, rules: Rules) -> Turn:
    account = Account(
        status=trader.portfolio_status,
        balance=trader.current_balance,
        exposures=tuple(loaded.exposures[trader.portfolio_id]),
        shared=passed.exposure,
    )
    waiting = loaded.orders[trader.portfolio_id]
    found = orders.orders_of(waiting, passed.taken, rules.max_slippage)
    return take_turn(found, account, rules)


class _Rulebook:
    """The rules of portfolios: those that share a configuration and limits share them."""

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._rules: dict[tuple[str, str, Limits], Rules] = {}

    def __call__(self, trader: TraderRow) -> Rules:
        """Raises `InvalidRequest` where the configuration breaks a rule."""
        key = (trader.strategy_type, trader.strategy_config, trader.limits)
        if key not in self._rules:
            self._rules[key] = self._rules_of(trader)
        return self._rules[key]

    def _rules_of(self, trader: TraderRow) -> Rules:
        context = self._context
        return Rules.of(
            _validated(registry.find(trader.strategy_type), trader.strategy_config),
            trader.limits,
            context.shared_limits,
            context.max_quote_age,
            context.max_fill_delay,
        )


@lru_cache(maxsize=1_000)
def _validated(strategy: Strategy[Any], document: str) -> StrategyConfiguration:
    """The strategy's configuration in this JSON, kept for the chunks to come.

    To validate it takes as long as a turn. Raises `InvalidRequest` where it breaks a rule.
    """
    return registry.configuration(strategy.name, read_json(document))
