"""Which portfolios a list has, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.store.portfolio_pages import Sort


class ListedStatuses(StrEnum):
    """The statuses that a reader wants."""

    NOT_ARCHIVED = "not_archived"
    ALL = "all"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"

    @property
    def statuses(self) -> Sequence[PortfolioStatus]:
        match self:
            case ListedStatuses.ALL:
                return list(PortfolioStatus)
            case ListedStatuses.NOT_ARCHIVED:
                return [PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED]
        return [PortfolioStatus(self.value)]


StatusesInQuery = Annotated[
    ListedStatuses, Query(description="Only these: not_archived is active and paused")
]
StrategyTypeInQuery = Annotated[
    str | None, Query(pattern=r"^[!-~]{1,100}$", description="Only portfolios of this strategy")
]
SortInQuery = Annotated[
    Sort, Query(description="The order; - is downwards, equal ones are in the order of their ids")
]
