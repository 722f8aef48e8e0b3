"""The quick decoder says what Python's own says of every document, and refuses what it refuses."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.polymarket import decimal_json
from prescient.polymarket.decimal_json import NotJson

FRACTIONS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,25})?", fullmatch=True
)
TEXTS = st.text(max_size=8).map(json.dumps)
SCALARS = st.one_of(
    FRACTIONS, TEXTS, st.sampled_from(["true", "null", "NaN", "-Infinity", '"\\ud800"'])
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(TEXTS, inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)


def number(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:
        return Decimal("NaN")


def oracle(document: str) -> str:
    """What Python's decoder reads, told so that types, digits and NaN can be compared."""
    read = json.loads(document, parse_float=number, parse_constant=lambda _: Decimal("NaN"))
    return repr(read).replace("\\x00", "\ufffd").replace("\\ud800", "\ufffd")


@given(DOCUMENTS)
def test_a_document_is_read_to_the_last_digit(document: str) -> None:
    assert repr(decimal_json.decode(document.encode())) == oracle(document)
    assert repr(decimal_json.decode(document)) == oracle(document)


@given(DOCUMENTS, st.data())
def test_a_document_that_is_cut_off_is_refused_or_read_as_python_reads_it(
    document: str, data: st.DataObject
) -> None:
    cut = document[: data.draw(st.integers(0, len(document)))]
    try:
        expected = oracle(cut)
    except ValueError:
        with pytest.raises(NotJson):
            decimal_json.decode(cut.encode())
    else:
        assert repr(decimal_json.decode(cut.encode())) == expected


@pytest.mark.parametrize("document", [b'"\xff"', b"[" * 100_000, b"[1,]", b"", b"01", b"<html>"])
def test_what_is_no_json_is_refused(document: bytes) -> None:
    with pytest.raises(NotJson):
        decimal_json.decode(document)


def test_a_number_that_is_longer_than_any_id_costs_its_value_alone() -> None:
    assert repr(decimal_json.decode(f"[0.{'1' * 300}, 2]")) == "[Decimal('NaN'), 2]"
