"""Turns one portfolio's signals of a cycle into fills and rejections, in one transaction."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import BaseModel

from prescient.core.execution import Executions, Order, Rules, execute
from prescient.core.exits import triggers
from prescient.core.fills import Fill
from prescient.core.sizing import position_limit
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.steps.context import StepContext
from prescient.steps.portfolio_step import PortfolioStepRequest, cycle_of
from prescient.store import cycles, portfolios, trades
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow


class ExecuteResult(BaseModel):
    """How many signals were filled and how many rejected."""

    status: str
    trades: int = 0
    rejected: int = 0


def run(request: PortfolioStepRequest, context: StepContext) -> ExecuteResult:
    """Execute this cycle's signals at the batch's quotes; a second run changes nothing."""
    now = context.now()
    with context.database.transaction() as session:
        cycle_id = cycle_of(session, request)
        portfolio = portfolios.lock(session, request.portfolio_id)
        claim = cycles.check_claim(session, cycle_id, portfolio.portfolio_id)
        if claim.executed_at is not None:
            rejected = sum(claim.rejections.values())
            return ExecuteResult(status="running", trades=claim.trades, rejected=rejected)
        configuration = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
        orders = trades.orders(session, cycle_id, portfolio.portfolio_id)
        account = trades.account(session, portfolio, [order.market_id for order in orders])
        done = execute(orders, account, _rules(portfolio, configuration, context))
        _save(session, cycle_id, portfolio, configuration, done, now=now)
    return ExecuteResult(status="running", trades=len(done.fills), rejected=len(done.rejections))


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


def _save(
    session: Session,
    cycle_id: int,
    portfolio: PortfolioRow,
    configuration: StrategyConfiguration,
    done: Executions,
    *,
    now: datetime,
) -> None:
    portfolio_id = portfolio.portfolio_id
    purchases = [
        _purchase(cycle_id, portfolio, configuration, order, fill) for order, fill in done.fills
    ]
    if purchases:
        trades.save_purchases(session, portfolio_id, purchases, now)
        portfolios.rewrite_totals(session, [portfolio_id], now)
    if done.rejections:
        reasons = {order.signal_id: reason for order, reason in done.rejections}
        trades.reject(session, portfolio_id, reasons)
    counts = Counter(reason.value for _, reason in done.rejections)
    cycles.record_executions(
        session, cycle_id, portfolio_id, trades=len(purchases), rejections=counts, now=now
    )


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
        ),
    )
