"""Dividing a cycle's portfolios, how their ids travel, and the most that one cycle takes."""

import json
import random
from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from prescient.core.deciding.chunks import (
    MOST_BYTES,
    MOST_WRITTEN,
    PortfolioIds,
    divided,
    read,
    written,
)
from prescient.core.errors import TooManyPortfolios
from prescient.core.portfolio.portfolios import PortfolioId

LONGEST_CAUSE = 32_768
STATE_BYTES = 262_144
TRAVELLING: TypeAdapter[list[PortfolioId]] = TypeAdapter(PortfolioIds)


def ids(first: int, count: int) -> Sequence[PortfolioId]:
    return [PortfolioId(first + place) for place in range(count)]


def sparse(count: int, of: int) -> Sequence[PortfolioId]:
    """As ids are where most portfolios are archived."""
    drawn = random.Random(7).sample(range(1, of), count)
    return [PortfolioId(number) for number in sorted(drawn)]


@given(count=st.integers(0, 120), size=st.integers(1, 50))
def test_each_portfolio_is_in_one_chunk_in_its_order(count: int, size: int) -> None:
    chunks = divided(ids(1, count), size)
    assert [*chain.from_iterable(chunks)] == ids(1, count)
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)


@given(st.sets(st.integers(1, 60) | st.integers(1, 2**31 - 1), max_size=100))
def test_what_is_written_is_read(numbers: set[int]) -> None:
    asked = [PortfolioId(number) for number in numbers]
    assert read(written(asked)) == sorted(asked)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("7", [7]),
        ("1-2", [1, 2]),
        ("1001-1020", [*range(1001, 1021)]),
        ("1001-1010+2-1015", [*range(1001, 1011), *range(1012, 1016)]),
        ("1001+1+2+2", [1001, 1002, 1004, 1006]),
    ],
)
def test_how_ids_are_written(text: str, numbers: list[int]) -> None:
    assert written([PortfolioId(number) for number in numbers]) == text
    assert read(text) == numbers


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("1,2", "written as"),
        ("-5", "written as"),
        ("1 -20", "written as"),
        ("١-٢", "written as"),
        ("0", "ascend"),
        ("5-5", "ascend"),
        ("5-4", "ascend"),
        ("5+0", "ascend"),
        (f"1-{MOST_WRITTEN + 1}", "at most 1,000"),
        ("1-2147483647", "at most 1,000"),
        ("1" + "+1" * MOST_WRITTEN, "at most 1,000"),
        ("2147483648", "less than 2147483648"),
        ([0], "greater than 0"),
        (["1-20"], "integer"),
    ],
)
def test_what_is_no_ids_is_refused(given: object, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        TRAVELLING.validate_python(given)


def test_ids_may_come_as_a_list_and_go_as_a_text() -> None:
    assert TRAVELLING.validate_python([3, 1, 2, 2]) == [3, 1, 2, 2]
    assert TRAVELLING.dump_python([*ids(1, 3)], mode="json") == "1-3"


@pytest.mark.parametrize(
    "portfolio_ids",
    [ids(10_000, 200_000), ids(1, 80_000)[::2], sparse(40_000, 80_000), sparse(40_000, 2_000_000)],
    ids=["200,000 without a gap", "every second", "half at random", "one of fifty at random"],
)
def test_forty_thousand_portfolios_fit_in_one_cycle_wherever_their_ids_lie(
    portfolio_ids: Sequence[PortfolioId],
) -> None:
    chunks = divided(portfolio_ids, 20)
    taken = len(json.dumps([written(chunk) for chunk in chunks]))
    assert taken <= MOST_BYTES
    assert taken + LONGEST_CAUSE < STATE_BYTES


def test_more_portfolios_than_an_answer_holds_are_refused_by_name() -> None:
    with pytest.raises(TooManyPortfolios, match="300,000 portfolios take 243,893 bytes"):
        divided(ids(1, 300_000), 20)
