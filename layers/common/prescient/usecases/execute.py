"""Turns one portfolio's signals of a cycle into fills and rejections, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from prescient.core.deciding.sizing import position_limit
from prescient.core.execution.buys import Executions, Order, Rejection, Rules, execute
from prescient.core.execution.sales import Sales, execute_sales
from prescient.core.market.fills import Fill
from prescient.core.portfolio.exits import triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import cycles, exits, exposures, orders, portfolios, trades
from prescient.store.database import Session
from prescient.store.orders import Orders
from prescient.store.portfolios import PortfolioRow
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest, cycle_of


class ExecuteResult(BaseModel):
    """How many signals were filled and how many rejected."""

    status: str
    trades: int = 0
    rejected: int = 0


def run(request: PortfolioStepRequest, context: StepContext) -> ExecuteResult:
    """Execute this cycle's signals at the batch's quotes; a second run changes nothing."""
    now = context.now()
    with context.database.transaction(request.portfolio_id) as session:
        cycle_id = cycle_of(session, request)
        portfolios.start_lock(session, request.portfolio_id)
        claim = cycles.ask_portfolio_result(session, cycle_id, request.portfolio_id)
        waiting = orders.ask(session, cycle_id, request.portfolio_id)
        portfolio = portfolios.get(session, request.portfolio_id)
        found = claim()
        cycles.check_claim(found)
        if found.executed_at is not None:
            rejected = sum(found.rejections.values())
            return ExecuteResult(status="running", trades=found.trades, rejected=rejected)
        return _execute(session, cycle_id, portfolio, waiting(), context, now=now)


def _execute(
    session: Session,
    cycle_id: int,
    portfolio: PortfolioRow,
    waiting: Orders,
    context: StepContext,
    *,
    now: datetime,
) -> ExecuteResult:
    """Sales come first: they free cash and positions for the buys."""
    configuration = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
    shared = exposures.lock(session, waiting.market_ids)
    sales = execute_sales(waiting.sales, configuration.max_slippage, context.max_quote_age)
    if sales.exits:
        _save_sales(session, portfolio.portfolio_id, sales, now)
        shared = exposures.lock(session, waiting.market_ids)
    account = trades.account(session, portfolio, sales.cash, shared)
    rules = _rules(portfolio, configuration, context)
    done = execute(waiting.buys, account, rules)
    _save_fills(session, cycle_id, portfolio, configuration, done.fills, now=now)
    rejections = _rejections(done, sales)
    trades.reject(session, portfolio.portfolio_id, rejections)
    made = len(done.fills) + len(sales.exits)
    cycles.record_executions(
        session,
        cycle_id,
        portfolio.portfolio_id,
        trades=made,
        rejections=Counter(reason.value for reason in rejections.values()),
        limits=_limits(rules),
        now=now,
    )
    return ExecuteResult(status="running", trades=made, rejected=len(rejections))


def _save_sales(session: Session, portfolio_id: PortfolioId, sales: Sales, now: datetime) -> None:
    exits.save(session, [made for _, made in sales.exits], None, now)
    signal_ids = [order.signal_id for order, _ in sales.exits]
    trades.mark_sold(session, portfolio_id, signal_ids, now)


def _rejections(done: Executions, sales: Sales) -> dict[int, Rejection]:
    bought = {order.signal_id: reason for order, reason in done.rejections}
    return bought | {order.signal_id: reason for order, reason in sales.rejections}


def _rules(
    portfolio: PortfolioRow, configuration: StrategyConfiguration, context: StepContext
) -> Rules:
    return Rules(
        limits=portfolio.limits,
        position_limit=position_limit(configuration, portfolio.limits),
        max_event_exposure=configuration.max_event_exposure,
        stop_loss_percentage=configuration.stop_loss_percentage,
        max_slippage=configuration.max_slippage,
        shared=context.shared_limits,
        max_quote_age=context.max_quote_age,
    )


def _limits(rules: Rules) -> dict[str, Decimal | int | None]:
    return {
        "max_position_size": rules.position_limit,
        "max_total_exposure": rules.limits.max_total_exposure,
        "max_event_exposure": rules.max_event_exposure,
        "max_positions": rules.limits.max_positions,
    }


def _save_fills(
    session: Session,
    cycle_id: int,
    portfolio: PortfolioRow,
    configuration: StrategyConfiguration,
    fills: Sequence[tuple[Order, Fill]],
    *,
    now: datetime,
) -> None:
    if not fills:
        return
    purchases = [
        _purchase(cycle_id, portfolio, configuration, order, fill) for order, fill in fills
    ]
    trades.save_purchases(session, portfolio.portfolio_id, purchases, now)
    portfolios.rewrite_totals(session, [portfolio.portfolio_id], now)


def _purchase(
    cycle_id: int,
    portfolio: PortfolioRow,
    configuration: StrategyConfiguration,
    order: Order,
    fill: Fill,
) -> trades.Purchase:
    return trades.Purchase(
        order=order,
        fill=fill,
        trade_id=f"{cycle_id}-{portfolio.portfolio_id}-{order.market_id}-{order.action}",
        triggers=triggers(
            fill.price,
            order.bid,
            configuration.stop_loss_percentage,
            configuration.take_profit_percentage,
            group_id=order.group_id,
        ),
    )
