"""What leaves as JSON is read again as it was, digit by digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from prescient.api.exact_json import encode
from prescient.api.responses.values import Money
from prescient.core.portfolio.positions import Action


class Inner(BaseModel):
    """A model within another one."""

    amount: Money | None


class Outer(BaseModel):
    """A model as answers are made of."""

    inner: Inner
    several: list[Inner]
    document: Mapping[str, Any]
    action: Action


amounts = st.decimals(allow_nan=False, allow_infinity=False, places=2) | st.decimals(
    -1, 1, places=6, allow_nan=False
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | amounts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_digit_arrives(value: object) -> None:
    text = encode(value)
    assert json.loads(text, parse_float=Decimal) == _whole_as_int(value)


def _whole_as_int(value: object) -> object:
    """A decimal without a fraction is written as a whole number."""
    match value:
        case Decimal():
            return json.loads(f"{value:f}", parse_float=Decimal)
        case list():
            return [_whole_as_int(item) for item in value]
        case dict():
            return {key: _whole_as_int(item) for key, item in value.items()}
    return value


@given(amounts)
def test_a_number_is_written_as_it_was_quantized(amount: Decimal) -> None:
    assert encode([amount]) == f"[{amount:f}]"


def test_no_number_has_an_exponent() -> None:
    assert encode([Decimal("1E+3"), Decimal("0E-8")]) == "[1000,0.00000000]"


def test_models_mappings_words_and_moments() -> None:
    inner = Inner(amount=Decimal("1.5"))
    outer = Outer(
        inner=inner,
        several=[inner, Inner(amount=None)],
        document=MappingProxyType({"at": datetime(2026, 3, 1, 12, tzinfo=UTC)}),
        action=Action.BUY_YES,
    )
    assert json.loads(encode(outer), parse_float=str) == {
        "inner": {"amount": "1.50"},
        "several": [{"amount": "1.50"}, {"amount": None}],
        "document": {"at": "2026-03-01T12:00:00+00:00"},
        "action": "buy_yes",
    }
    assert encode([date(2026, 3, 1)]) == '["2026-03-01"]'


def test_what_has_no_json_is_no_answer() -> None:
    with pytest.raises(TypeError):
        encode({"stranger": object()})
