"""Bodies that create and change a portfolio. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, Strict, field_validator, model_validator

from prescient.api.models import Model
from prescient.api.requests.statuses import is_true, partial_to_liquidate
from prescient.api.requests.values import (
    Count,
    Name,
    Reason,
    RequestedCash,
    RequestedLimit,
    RequestedPercent,
    Tags,
    Text,
)
from prescient.core.broken_rules import BrokenRule
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import (
    DEFAULT_MAX_POSITIONS,
    Limits,
    NewPortfolio,
    PortfolioStatus,
)
from prescient.usecases.portfolio_management import GuardChange, LimitsChange, PortfolioChange

DrawdownLimit = Annotated[
    RequestedLimit | None,
    Field(description="Dollars of P&L below its peak at which the portfolio is paused"),
]
DrawdownLimitPercent = Annotated[
    RequestedPercent | None,
    Field(description="Percent below the peak of the time-weighted index at which it is paused"),
]


class CreatePortfolio(Model):
    """A new portfolio. Money is dollars with at most two decimals; no limit is null."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Text | None = None
    strategy_type: str
    initial_balance: RequestedCash
    current_balance: RequestedCash | None = Field(
        None, description="What it begins with: the initial balance"
    )
    status: Literal["active"] | None = Field(None, description="What it begins as")
    strategy_config: dict[str, Any] = Field({}, description="Keys of the strategy's own model")
    max_position_size: RequestedLimit | None = None
    max_total_exposure: RequestedLimit | None = None
    max_positions: Count | None = Field(None, description="20 unless given")
    drawdown_limit: DrawdownLimit = None
    drawdown_limit_percent: DrawdownLimitPercent = None
    tags: Tags = []  # noqa: RUF012 (pydantic copies it)

    @model_validator(mode="after")
    def _begin_with_the_initial_balance(self) -> Self:
        if self.current_balance not in (None, self.initial_balance):
            raise BrokenRule("current_balance", "must be the initial_balance, or absent")
        return self

    def portfolio(self, ordered_by: str) -> NewPortfolio:
        return NewPortfolio(
            name=self.name,
            description=self.description or "",
            strategy_type=self.strategy_type,
            initial_balance=self.initial_balance,
            strategy_config=self.strategy_config,
            limits=Limits(
                max_position_size=self.max_position_size,
                max_total_exposure=self.max_total_exposure,
                max_positions=self.max_positions or DEFAULT_MAX_POSITIONS,
            ),
            guard=Guard(self.drawdown_limit, self.drawdown_limit_percent),
            tags=self.tags,
            ordered_by=ordered_by,
        )


_NEVER_NULL = ("name", "status", "strategy_type", "strategy_config", "tags")


def _with_its_rules(schema: dict[str, Any]) -> None:
    """Say what else the model asks for: something to change, and what goes with what alone."""
    changes = [name for name in schema["properties"] if name not in ("reason", "partial")]
    for name in _NEVER_NULL:
        choices = schema["properties"][name].pop("anyOf")
        (given,) = (choice for choice in choices if choice != {"type": "null"})
        schema["properties"][name] |= given
    schema["anyOf"] = [{"required": [name]} for name in changes]
    partial_to_liquidate(schema)
    archived = {"properties": {"status": {"const": "archived"}}, "required": ["status"]}
    schema["allOf"].append({"if": is_true("liquidate"), "then": archived})


class UpdatePortfolio(Model):
    """The fields to change. Null removes a description or a limit; `max_positions` is then 20.

    `strategy_config` replaces the present one as a whole.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_its_rules)

    name: Name | None = None
    description: Text | None = None
    status: PortfolioStatus | None = None
    strategy_type: str | None = None
    strategy_config: dict[str, Any] | None = None
    max_position_size: RequestedLimit | None = None
    max_total_exposure: RequestedLimit | None = None
    max_positions: Count | None = None
    drawdown_limit: DrawdownLimit = None
    drawdown_limit_percent: DrawdownLimitPercent = None
    tags: Tags | None = None
    reason: Reason | None = Field(None, description="Why, for the record")
    liquidate: Annotated[bool, Strict()] = Field(
        False, description="With status archived: sell all open positions at their bids, or none"
    )
    partial: Annotated[bool, Strict()] = Field(
        False,
        description="With liquidate: sell what is bid for; where something is left, pause instead",
    )

    @field_validator(*_NEVER_NULL, mode="before")
    @classmethod
    def _refuse_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("cannot be null")
        return value

    @model_validator(mode="after")
    def _refuse_nothing(self) -> Self:
        if not self.model_fields_set - {"reason"}:
            raise ValueError("names no field to change")
        return self

    @model_validator(mode="after")
    def _liquidate_to_archive(self) -> Self:
        if self.liquidate and self.status is not PortfolioStatus.ARCHIVED:
            raise BrokenRule("liquidate", "goes with status archived alone")
        if self.partial and not self.liquidate:
            raise BrokenRule("partial", "goes with liquidate alone")
        return self

    def change(self) -> PortfolioChange:
        removed_description = "description" in self.model_fields_set and not self.description
        return PortfolioChange(
            name=self.name,
            description="" if removed_description else self.description,
            status=self.status,
            strategy_type=self.strategy_type,
            strategy_config=self.strategy_config,
            limits=self._limits(),
            guard=self._guard(),
            tags=self.tags,
            reason=self.reason,
            liquidate=self.liquidate,
            partial=self.partial,
        )

    def _limits(self) -> LimitsChange:
        given, limits = self.model_fields_set, LimitsChange()
        if "max_position_size" in given:
            limits["max_position_size"] = self.max_position_size
        if "max_total_exposure" in given:
            limits["max_total_exposure"] = self.max_total_exposure
        if "max_positions" in given:
            limits["max_positions"] = self.max_positions or DEFAULT_MAX_POSITIONS
        return limits

    def _guard(self) -> GuardChange:
        given, guard = self.model_fields_set, GuardChange()
        if "drawdown_limit" in given:
            guard["limit"] = self.drawdown_limit
        if "drawdown_limit_percent" in given:
            guard["limit_percent"] = self.drawdown_limit_percent
        return guard
