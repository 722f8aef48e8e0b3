"""The answers about portfolios, and what became of one that was created, changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import SkipValidation

from prescient.api.models import Model
from prescient.api.pages import Page
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.portfolio_rows import (
    Portfolio,
    PortfolioListed,
    PortfolioSummary,
    portfolio_listed,
    portfolio_shown,
    summary_shown,
)
from prescient.api.responses.positions import SharesLeft, SharesSold, position_shown
from prescient.api.responses.values import Money
from prescient.core.portfolio import room
from prescient.core.portfolio.closing import Liquidation
from prescient.store.portfolio_pages import ListedRow, Sums
from prescient.store.positions import PositionRow


class PortfolioCreated(Model):
    portfolio_id: int
    message: str


class PortfolioDeleted(Model):
    portfolio_id: int
    message: str


class PortfolioAnswer(Model):
    message: str
    portfolio: Portfolio
    summary: PortfolioSummary
    timestamp: datetime

    @classmethod
    def of(
        cls,
        row: ListedRow,
        held: Sequence[PositionRow],
        left: room.EventRoom | None,
        message: str,
        now: datetime,
    ) -> Self:
        portfolio = portfolio_shown(row, left, [position_shown(position, now) for position in held])
        return cls(
            message=message, portfolio=portfolio, summary=summary_shown(portfolio), timestamp=now
        )


class PortfoliosSummary(Model):
    total_portfolios: int
    active_portfolios: int
    total_value_all_portfolios: Money
    total_positions_all_portfolios: int


class PortfoliosPage(PageAnswer):
    """A page of portfolios, in the order that was asked for."""

    portfolios: SkipValidation[list[PortfolioListed]]


class PortfoliosAnswer(PortfoliosPage):
    """A page of the portfolios that are not archived, by id, and the sums over all of them."""

    summary: PortfoliosSummary
    timestamp: datetime

    @classmethod
    def of(cls, page: Page[ListedRow], sums: Sums, now: datetime) -> Self:
        summary = PortfoliosSummary(
            total_portfolios=sums.portfolios,
            active_portfolios=sums.active,
            total_value_all_portfolios=sums.total_value,
            total_positions_all_portfolios=sums.open_positions,
        )
        return cls(
            message="All portfolios retrieved",
            portfolios=[portfolio_listed(row) for row in page.rows],
            next=page.next,
            summary=summary,
            timestamp=now,
        )


class LiquidationResult(Model):
    """What was sold, and what is left; `archived` once nothing is."""

    archived: bool
    sold: list[SharesSold]
    left: list[SharesLeft]

    @classmethod
    def of(cls, done: Liquidation) -> Self:
        return cls(
            archived=not done.left,
            sold=[SharesSold.of(made) for made in done.sold],
            left=[SharesLeft.model_validate(left) for left in done.left],
        )


class PortfolioUpdated(PortfolioAnswer):
    """The portfolio after the change; `liquidation` is null where none was asked for."""

    liquidation: LiquidationResult | None = None
