"""How amounts, names and texts come in."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from prescient.core.money import CENT, LARGEST_BALANCE, exact_number
from prescient.core.portfolio.names import LONGEST_NAME, check_name
from prescient.core.portfolio.tags import FORM as TAG_FORM
from prescient.core.portfolio.tags import MOST_TAGS, check_tag, tidy

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIGINT = 2**53 - 1  # beyond it JSON's numbers are not exact everywhere
_HUNDREDTHS_SCHEMA = {
    "anyOf": [
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 10**13,
            "multipleOf": 0.01,
        },
        {"type": "string"},
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
                {"type": "string"},
            ]
        }
    ),
]
RequestedShares = _Hundredths


def _whole(value: object) -> object:
    """JSON has one kind of number: 1.0 is a whole one."""
    is_whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if is_whole else value  # type: ignore[call-overload]


Count = Annotated[int, Strict(), BeforeValidator(_whole), Field(gt=0, le=LARGEST_INTEGER)]
LargeCount = Annotated[int, Strict(), BeforeValidator(_whole), Field(gt=0, le=LARGEST_BIGINT)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME), AfterValidator(check_name)
]
Text = Annotated[str, StringConstraints(max_length=2000)]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "pattern": r"^[^\u0000]*[^\u0000-\u0020\s][^\u0000]*$",
        }
    ),
]
Tag = Annotated[
    str, AfterValidator(check_tag), WithJsonSchema({"type": "string", "pattern": TAG_FORM})
]
Tags = Annotated[
    list[Tag],
    Field(max_length=MOST_TAGS, description="What groups portfolios; each is kept once"),
    AfterValidator(lambda tags: list(tidy(tags))),
]
