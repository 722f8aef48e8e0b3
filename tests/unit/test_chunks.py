"""Dividing a cycle's portfolios, and the most that one cycle takes."""

import json
from collections.abc import Sequence
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.deciding.chunks import MOST_BYTES, divided
from prescient.core.errors import TooManyPortfolios
from prescient.core.portfolio.portfolios import PortfolioId

LONGEST_CAUSE = 32_768
STATE_BYTES = 262_144


def ids(first: int, count: int) -> Sequence[PortfolioId]:
    return [PortfolioId(first + place) for place in range(count)]


@given(count=st.integers(0, 120), size=st.integers(1, 50))
def test_each_portfolio_is_in_one_chunk_in_its_order(count: int, size: int) -> None:
    chunks = divided(ids(1, count), size)
    assert [*chain.from_iterable(chunks)] == ids(1, count)
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)


def test_what_is_admitted_leaves_room_for_the_longest_cause_of_an_error() -> None:
    chunks = divided(ids(10_000, 31_500), 20)
    assert len(json.dumps(chunks)) + LONGEST_CAUSE < STATE_BYTES
    assert MOST_BYTES + LONGEST_CAUSE < STATE_BYTES


def test_more_portfolios_than_an_answer_holds_are_refused_by_name() -> None:
    with pytest.raises(TooManyPortfolios, match="40,000 portfolios take 272,894 bytes"):
        divided(ids(1, 40_000), 20)
