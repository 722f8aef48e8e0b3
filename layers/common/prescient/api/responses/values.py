"""How amounts go out. Money is dollars with two decimals, prices are probabilities 0–1."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from prescient.core.money import CENT, SHARE_STEP

Money = Annotated[
    Decimal,
    AfterValidator(lambda dollars: dollars.quantize(CENT)),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Shares = Annotated[
    Decimal,
    AfterValidator(lambda shares: shares.quantize(SHARE_STEP)),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Percent = Annotated[
    Decimal,
    AfterValidator(lambda percent: percent.quantize(CENT)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01}),
]
Price = Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
SignedPercent = Annotated[
    Decimal,
    AfterValidator(lambda percent: percent.quantize(CENT)),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
