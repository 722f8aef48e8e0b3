"""Creating and changing portfolios."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from prescient.api.context import ApiContext
from prescient.api.requests import CreatePortfolio, UpdatePortfolio
from prescient.core.money import plain
from prescient.core.portfolio.exits import triggers
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus, check_status_change
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import closing, deletion, idempotency, portfolios
from prescient.store.database import Session
from prescient.store.portfolios import NewPortfolio, PortfolioRow, PortfolioSettings

CREATE_ROUTE = "POST /portfolios/create"


def create(wanted: CreatePortfolio, idempotency_key: str | None, api: ApiContext) -> PortfolioId:
    """Create a portfolio, or find the one that this request created before.

    Raises `InvalidRequest`, `PortfolioConflict` for a taken name, `IdempotencyConflict`.
    """
    configuration = registry.configuration(wanted.strategy_type, wanted.strategy_config)
    portfolio = NewPortfolio(
        name=wanted.name,
        description=wanted.description or "",
        strategy_type=wanted.strategy_type,
        initial_balance=wanted.initial_balance,
        strategy_config=_as_given(configuration),
        limits=wanted.limits,
    )
    now = api.now()
    with api.database.transaction() as session:
        if idempotency_key is None:
            return portfolios.create(session, portfolio, now)
        request = idempotency.Request(CREATE_ROUTE, idempotency_key, digest(wanted.model_dump()))
        earlier = idempotency.earlier_answer(session, request, now)
        if earlier is not None:
            return PortfolioId(int(str(earlier["portfolio_id"])))
        portfolio_id = portfolios.create(session, portfolio, now)
        idempotency.keep(session, request, {"portfolio_id": portfolio_id})
        return portfolio_id


def update(portfolio_id: PortfolioId, change: UpdatePortfolio, api: ApiContext) -> None:
    """Change a portfolio and, with its configuration, where its open positions close.

    With `liquidate` they are all sold first, or nothing is changed.

    Raises `PortfolioNotFound`, `InvalidRequest`, `PortfolioConflict`.
    """
    now = api.now()
    with api.database.transaction() as session:
        present = portfolios.lock(session, portfolio_id)
        if change.liquidate and closing.liquidate(session, portfolio_id, now):
            present = portfolios.get(session, portfolio_id)
        configuration = _configuration(present, change)
        wanted = _settings(present, change, configuration)
        portfolios.update(session, portfolio_id, wanted, now)
        if wanted.config_version != present.config_version:
            _move_triggers(session, portfolio_id, configuration)


def delete(portfolio_id: PortfolioId, name: str, *, purge: bool, api: ApiContext) -> None:
    """Delete the portfolio of this id and name, one with a past only to `purge` it.

    Raises `PortfolioNotFound`, `InvalidRequest`, `PortfolioConflict`.
    """
    with api.database.transaction() as session:
        deletion.delete(session, portfolio_id, name, purge=purge)


def digest(request: Mapping[str, Any]) -> str:
    """What tells two validated requests apart; the order of keys and trailing zeros do not."""
    canonical = json.dumps(request, sort_keys=True, default=plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _configuration(present: PortfolioRow, change: UpdatePortfolio) -> StrategyConfiguration:
    """The configuration after the change, valid for the strategy type after the change."""
    values = present.strategy_config if change.strategy_config is None else change.strategy_config
    return registry.configuration(change.strategy_type or present.strategy_type, values)


def _settings(
    present: PortfolioRow, change: UpdatePortfolio, configuration: StrategyConfiguration
) -> PortfolioSettings:
    status = change.status or PortfolioStatus(present.status)
    check_status_change(PortfolioStatus(present.status), status, present.open_positions)
    strategy_type = change.strategy_type or present.strategy_type
    strategy_config = _as_given(configuration)
    before = (present.strategy_type, dict(present.strategy_config))
    is_changed = (strategy_type, strategy_config) != before
    return PortfolioSettings(
        name=change.name or present.name,
        description=(change.description or "")
        if "description" in change.model_fields_set
        else present.description,
        status=status,
        status_reason=present.status_reason if status == present.status else None,
        strategy_type=strategy_type,
        strategy_config=strategy_config,
        config_version=present.config_version + is_changed,
        limits=change.limits(present.limits),
    )


def _as_given(configuration: StrategyConfiguration) -> dict[str, Any]:
    """Only the keys that the user named: what he left open follows the strategy's defaults."""
    return configuration.model_dump(exclude_unset=True)


def _move_triggers(
    session: Session, portfolio_id: PortfolioId, configuration: StrategyConfiguration
) -> None:
    wanted = {
        position.position_id: triggers(
            position.entry_price,
            position.entry_bid,
            configuration.stop_loss_percentage,
            configuration.take_profit_percentage,
            group_id=position.group_id,
        )
        for position in portfolios.positions(session, portfolio_id, "open")
        if position.entry_bid is not None
    }
    portfolios.set_triggers(session, portfolio_id, wanted)
