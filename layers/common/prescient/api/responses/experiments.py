"""What clients see of twins and versions of configurations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.portfolios import PortfolioCreated
from prescient.api.responses.values import Money, Percent
from prescient.core.portfolio.configurations import ABSENT, Difference


class TwinCreated(PortfolioCreated):
    """A twin: the portfolio that it copies, and the key in which it differs, null if in none."""

    twin_of: int
    twin_key: str | None


class ConfigurationVersion(FromAttributes):
    """A version of a portfolio's configuration and limits.

    `from_version` is the one before it, `restored_version` the one whose content it brought back.
    `ordered_by` is null where it was not noted. Where `limits_kept` is false, the limits are not
    known, rather than none.
    """

    version: int
    created_at: datetime
    ordered_by: str | None
    reason: str | None
    from_version: int | None
    restored_version: int | None
    strategy_type: str
    strategy_config: Mapping[str, Any]
    limits_kept: bool
    max_position_size: Money | None
    max_total_exposure: Money | None
    max_positions: int | None
    drawdown_limit: Money | None
    drawdown_limit_percent: Percent | None


class ConfigurationsAnswer(PageAnswer):
    """A page of versions, newest first."""

    configurations: list[ConfigurationVersion]


class ConfigurationDifference(Model):
    """A key with its two values, null where the version does not name the key."""

    key: str
    before: Any
    after: Any
    is_named_before: bool
    is_named_after: bool

    @classmethod
    def of(cls, found: Difference) -> Self:
        is_before, is_after = found.before is not ABSENT, found.after is not ABSENT
        return cls(
            key=found.key,
            before=found.before if is_before else None,
            after=found.after if is_after else None,
            is_named_before=is_before,
            is_named_after=is_after,
        )


class ConfigurationsCompared(Model):
    """Where two versions differ, key by key. Limits that one of them lacks are not compared."""

    message: str
    from_version: int
    to_version: int
    limits_compared: bool
    differences: list[ConfigurationDifference]
