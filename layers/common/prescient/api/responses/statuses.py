"""What clients see of pauses and changes of status."""

from __future__ import annotations

from datetime import datetime

from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import PageAnswer
from prescient.core.portfolio.guards import Reset
from prescient.core.portfolio.portfolios import PortfolioStatus


class PausedAll(Model):
    """A pause of all: `portfolios` were active, and `pause_id` names the act that undoes it."""

    message: str
    pause_id: int
    portfolios: int


class LeftPaused(FromAttributes):
    """A portfolio that its own guard would pause again at once."""

    portfolio_id: int
    obstacle: str


class ReactivatedAll(FromAttributes):
    """How many portfolios trade again, and how many do not, with the first 100 of these.

    `pause_id` is null where no portfolio was held by a pause of all.
    """

    message: str = "Portfolios reactivated"
    pause_id: int | None
    portfolios: int
    left: int
    first_left: list[LeftPaused]


class StatusChange(FromAttributes):
    """A change of status. `ordered_by` is null where a guard made it."""

    change_id: int
    changed_at: datetime
    from_status: PortfolioStatus
    to_status: PortfolioStatus
    reason: str | None
    ordered_by: str | None
    resets: Reset | None
    pause_id: int | None


class StatusChangesAnswer(PageAnswer):
    """A page of a portfolio's changes of status, newest first."""

    changes: list[StatusChange]


class Pause(FromAttributes):
    """An act of pausing; `portfolios` is the number that it paused."""

    pause_id: int
    paused_at: datetime
    ordered_by: str | None
    reason: str
    portfolios: int


class PausesAnswer(PageAnswer):
    """A page of pauses of all, newest first."""

    pauses: list[Pause]
