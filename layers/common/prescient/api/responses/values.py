"""How amounts go out. Money is dollars with two decimals, prices are probabilities 0–1.

A number is a `Decimal`, or stands in the digits in which the database wrote it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, InstanceOf, WithJsonSchema

from prescient.api.exact_json import Written
from prescient.core.money import CENT, SHARE_STEP

_Number = Decimal | InstanceOf[Written]


def _rounded_to(step: Decimal) -> AfterValidator:
    def rounded(number: Decimal | Written) -> Decimal | Written:
        return number.quantize(step) if isinstance(number, Decimal) else number

    return AfterValidator(rounded)


Money = Annotated[
    _Number,
    _rounded_to(CENT),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Shares = Annotated[
    _Number,
    _rounded_to(SHARE_STEP),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Percent = Annotated[
    _Number,
    _rounded_to(CENT),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01}),
]
_PART_OF_ONE = WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
Price = Annotated[_Number, _PART_OF_ONE]
Probability = Annotated[Decimal, _PART_OF_ONE]
"""Of what is computed: it stands in no row."""
SignedPercent = Annotated[
    _Number,
    _rounded_to(CENT),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Number = Annotated[_Number, WithJsonSchema({"type": "number"})]
