"""What clients send: bodies and query parameters. What these do not name is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.money import CENT, LARGEST_BALANCE, exact_number
from prescient.core.portfolio.configurations import GUARD_KEYS, LIMIT_KEYS
from prescient.core.portfolio.guards import Guard, Reset
from prescient.core.portfolio.names import LONGEST_NAME, check_name
from prescient.core.portfolio.portfolios import (
    DEFAULT_MAX_POSITIONS,
    Limits,
    NewPortfolio,
    PortfolioStatus,
)
from prescient.core.portfolio.tags import FORM as TAG_FORM
from prescient.core.portfolio.tags import MOST_TAGS, check_tag, tidy
from prescient.core.portfolio.targets import Targets
from prescient.usecases.experiments import Twin
from prescient.usecases.portfolio_management import GuardChange, LimitsChange, PortfolioChange

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIGINT = 2**63 - 1
_HUNDREDTHS_SCHEMA = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01},
        {"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$"},
    ]
}
_CASH_SCHEMA = {
    "anyOf": [
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": int(LARGEST_BALANCE),
            "multipleOf": 0.01,
        },
        {
            "type": "string",
            "pattern": rf"^([0-9]{{1,12}}(\.[0-9]{{1,2}})?|{LARGEST_BALANCE:f}(\.0{{1,2}})?)$",
        },
    ]
}
"""A portfolio's cash is bounded: `core.portfolio.cash` refuses what is above, by name."""


def _whole_hundredths(value: Decimal) -> Decimal:
    if value != value.quantize(CENT):
        raise ValueError("must have at most two decimals")
    return value.quantize(CENT)


_Hundredths = Annotated[
    Decimal,
    BeforeValidator(exact_number),
    Field(gt=0, lt=10**13, allow_inf_nan=False),
    AfterValidator(_whole_hundredths),
    WithJsonSchema(_HUNDREDTHS_SCHEMA),
]
RequestedCash = Annotated[_Hundredths, WithJsonSchema(_CASH_SCHEMA)]
RequestedLimit = _Hundredths
RequestedPercent = Annotated[
    Decimal,
    BeforeValidator(exact_number),
    Field(gt=0, le=100, allow_inf_nan=False),
    AfterValidator(_whole_hundredths),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 100, "multipleOf": 0.01},
                {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$"},
            ]
        }
    ),
]
RequestedShares = _Hundredths
Count = Annotated[int, Strict(), Field(gt=0, le=LARGEST_INTEGER)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME), AfterValidator(check_name)
]
Text = Annotated[str, StringConstraints(max_length=2000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]

PositionIdInPath = Annotated[int, Path(ge=1, le=LARGEST_BIGINT, description="A position's id")]
PortfolioIdInPath = Annotated[int, Path(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")]
PortfolioIdInQuery = Annotated[
    int | None, Query(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")
]
Confirmation = Annotated[str, Query(description="The portfolio's name, to confirm")]
Purge = Annotated[
    bool, Query(description="Delete its trades and transfers too; needs the scope prescient/admin")
]
SharedDepth = Annotated[
    bool | None,
    Query(description="Whether what one portfolio takes is gone for the next; else the setting's"),
]
DryRun = Annotated[bool, Query(description="Only plan; nothing is moved unless this is false")]
CycleIdInPath = Annotated[int, Path(ge=1, le=LARGEST_BIGINT, description="A cycle's id")]
KEY_FORM = r"^[!-~]{1,255}$"


def _checked_key(key: str) -> str:
    if not re.fullmatch(KEY_FORM, key):
        raise ValueError("must be 1 to 255 visible characters of ASCII, without a space")
    return key


IdempotencyKey = Annotated[
    Annotated[
        str, AfterValidator(_checked_key), WithJsonSchema({"type": "string", "pattern": KEY_FORM})
    ]
    | None,
    Header(
        alias="Idempotency-Key",
        description="A request that comes again with the key of an earlier one gets its answer",
    ),
]
PageSize = Annotated[int, Query(ge=1, le=100, description="How many at most")]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_BIGINT, description="Only ids below this")]

LongPageSize = Annotated[int, Query(ge=1, le=1000, description="How many at most")]
PointCursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,16}-[0-9]{1,9}$", description="Where a page before said that it ends"),
]
Since = Annotated[AwareDatetime | None, Query(description="Only from this moment on")]
Until = Annotated[AwareDatetime | None, Query(description="Only before this moment")]
SinceDay = Annotated[date | None, Query(description="Only from this day on")]
BeforeDay = Annotated[date | None, Query(description="Only days before this one")]
MOST_COMPARED = 20
IDS_FORM = r"^[1-9][0-9]{0,9}(,[1-9][0-9]{0,9}){1,19}$"


def _distinct_ids(text: str) -> str:
    if not re.fullmatch(IDS_FORM, text):
        raise ValueError(f"must be 2 to {MOST_COMPARED} ids of portfolios with commas between them")
    ids = [int(number) for number in text.split(",")]
    if len(set(ids)) < len(ids) or max(ids) > LARGEST_INTEGER:
        raise ValueError(f"must be different ids up to {LARGEST_INTEGER}")
    return text


ComparedIds = Annotated[
    str,
    AfterValidator(_distinct_ids),
    WithJsonSchema({"type": "string", "pattern": IDS_FORM, "examples": ["1,2"]}),
    Query(description="The portfolios to compare, at most 20, with commas between their ids"),
]


class ClosePosition(BaseModel):
    """How many of the shares to sell: all of them where it is not given."""

    model_config = ConfigDict(extra="forbid")

    shares: RequestedShares | None = Field(None, description="Shares, at most two decimals")


class WriteOff(BaseModel):
    """Why a position is given up: it stays in the record."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Rebalance(BaseModel):
    """How to share the capital between the active portfolios that have a `rebalance_threshold`."""

    model_config = ConfigDict(extra="forbid")

    targets: Targets
    only_significant: Annotated[bool, Strict()] = Field(
        False, description="Only between portfolios that the comparison can tell apart"
    )


class CashFlow(BaseModel):
    """Dollars to pay in or out."""

    model_config = ConfigDict(extra="forbid")

    amount: RequestedCash


class CashTransfer(BaseModel):
    """Dollars to move from one portfolio to another."""

    model_config = ConfigDict(extra="forbid")

    from_portfolio_id: Count
    to_portfolio_id: Count
    amount: RequestedCash
    reason: Text | None = None


DrawdownLimit = Annotated[
    RequestedLimit | None,
    Field(description="Dollars of P&L below its peak at which the portfolio is paused"),
]
DrawdownLimitPercent = Annotated[
    RequestedPercent | None,
    Field(description="Percent below the peak of the time-weighted index at which it is paused"),
]
Resets = Annotated[
    Reset,
    Field(description="What begins anew: the peak, with the equity of now, or nothing"),
]


Tag = Annotated[
    str, AfterValidator(check_tag), WithJsonSchema({"type": "string", "pattern": TAG_FORM})
]
Tags = Annotated[
    list[Tag],
    Field(max_length=MOST_TAGS, description="What groups portfolios; each is kept once"),
    AfterValidator(lambda tags: list(tidy(tags))),
]
TagInQuery = Annotated[Tag | None, Query(description="Only portfolios with this tag")]
VersionInPath = Annotated[
    int, Path(ge=1, le=LARGEST_INTEGER, description="A version of the configuration")
]
FirstVersion = Annotated[
    int, Query(alias="from", ge=1, le=LARGEST_INTEGER, description="The version before")
]
SecondVersion = Annotated[
    int, Query(alias="to", ge=1, le=LARGEST_INTEGER, description="The version after")
]


class Because(BaseModel):
    """Why something changes: it stays in the record."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Pausing(Because):
    """Why a portfolio opens nothing any more."""

    def change(self) -> PortfolioChange:
        return PortfolioChange(status=PortfolioStatus.PAUSED, reason=self.reason)


class Reactivation(Because):
    """Why a portfolio trades again, and what it begins anew with."""

    resets: Resets = Reset.NOTHING

    def change(self) -> PortfolioChange:
        status = PortfolioStatus.ACTIVE
        return PortfolioChange(status=status, reason=self.reason, resets=self.resets)


class ReactivationOfAll(Because):
    """Why they trade again, which pause ends, and what they begin anew with."""

    resets: Resets = Reset.NOTHING
    pause_id: Annotated[int, Strict(), Field(ge=1, le=LARGEST_BIGINT)] | None = Field(
        None, description="The newest pause that still holds a portfolio unless given"
    )


class Archiving(Because):
    """Why a portfolio ends, and what becomes of its open positions."""

    liquidate: Annotated[bool, Strict()] = Field(
        False, description="Sell all open positions at their bids, or none"
    )
    partial: Annotated[bool, Strict()] = Field(
        False, description="With liquidate: sell what is bid for; where some is left, pause instead"
    )

    @model_validator(mode="after")
    def _partial_to_liquidate(self) -> Self:
        if self.partial and not self.liquidate:
            raise ValueError("partial goes with liquidate alone")
        return self

    def change(self) -> PortfolioChange:
        return PortfolioChange(
            status=PortfolioStatus.ARCHIVED,
            reason=self.reason,
            liquidate=self.liquidate,
            partial=self.partial,
        )


class CreatePortfolio(BaseModel):
    """A new portfolio. Money is dollars with at most two decimals; no limit is null."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Text | None = None
    strategy_type: str
    initial_balance: RequestedCash
    strategy_config: dict[str, Any] = Field({}, description="Keys of the strategy's own model")
    max_position_size: RequestedLimit | None = None
    max_total_exposure: RequestedLimit | None = None
    max_positions: Count | None = Field(None, description="20 unless given")
    drawdown_limit: DrawdownLimit = None
    drawdown_limit_percent: DrawdownLimitPercent = None
    tags: Tags = []

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


class UpdatePortfolio(BaseModel):
    """The fields to change. Null removes a description or a limit; `max_positions` is then 20.

    `strategy_config` replaces the present one as a whole.
    """

    model_config = ConfigDict(extra="forbid")

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

    @field_validator("name", "status", "strategy_type", "strategy_config", "tags", mode="before")
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
            raise ValueError("liquidate goes with status archived alone")
        if self.partial and not self.liquidate:
            raise ValueError("partial goes with liquidate alone")
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


class ChangedKey(BaseModel):
    """The one key in which a twin differs; null lets a key of the strategy follow its default."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        description="strategy_type, a limit, or strategy_config.KEY for a key of the strategy",
        max_length=255,
    )
    value: Any = Field(description="What the key has in the twin")

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        """A limit is read as `PATCH` reads it; the strategy checks its own keys."""
        if self.key in {*LIMIT_KEYS, *GUARD_KEYS, "strategy_type"}:
            try:
                given = UpdatePortfolio.model_validate({self.key: self.value})
            except ValidationError as error:
                raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
            self.value = getattr(given, self.key)
        if self.key == "max_positions" and self.value is None:
            self.value = DEFAULT_MAX_POSITIONS
        return self


class Clone(BaseModel):
    """A twin to create: its name, and at most one key in which it differs."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Text | None = Field(None, description="That of the portfolio unless given")
    changed: ChangedKey | None = Field(None, description="Without one it is the same")

    def twin(self) -> Twin:
        named = Twin(name=self.name, description=self.description)
        if self.changed is None:
            return named
        return replace(named, key=self.changed.key, value=self.changed.value)


class ThresholdsQuery(Thresholds):
    """The thresholds of a cycle, each a query parameter."""

    model_config = ConfigDict(extra="ignore")  # of the other parameters of the route

    @field_validator("*", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Decimal:
        return exact_number(value)


ThresholdsInQuery = Annotated[ThresholdsQuery, Query()]
