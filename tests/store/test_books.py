"""Levels that are read one by one are those of the whole side."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from prescient.store import books

amounts = st.decimals(0, 10**12, allow_nan=False, places=6) | st.just(Decimal("1E+3"))


@given(st.lists(st.tuples(st.decimals(0, 1, places=6), amounts)))
@example([(Decimal("0.5"), Decimal("0E-6"))])
def test_levels_read_one_by_one_are_all_of_the_side(side: list[tuple[Decimal, Decimal]]) -> None:
    stored = [(str(price), str(shares)) for price, shares in side]
    asks = books.stored_book([], stored).asks
    assert tuple(books.levels(json.dumps(stored))) == asks
    assert asks == tuple(side)
