"""What a portfolio's limits leave: no more than each of them allows, and no less."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.portfolio.guards import Guard, Standing
from prescient.core.portfolio.portfolios import Limits
from prescient.core.portfolio.room import (
    EventRoom,
    FreeRoom,
    HeldEvent,
    InUse,
    event_room,
    free_room,
)

dollars = st.integers(0, 2_000_000).map(lambda cents: D(cents) / 100)
limits = st.builds(Limits, st.none() | dollars, st.none() | dollars, st.integers(1, 5))
uses = st.builds(InUse, dollars, dollars, st.integers(0, 8))
STANDING = Standing(equity=D(900), profit=D(-150), index_peak=D(1000), peak_profit=D(30))


def test_by_hand() -> None:
    used = InUse(balance=D(500), invested=D(400), open_positions=3)
    room = free_room(Limits(D(250), D(1000), 5), used, Guard(D(200), D(15)), STANDING)
    assert room == FreeRoom(D(250), D(600), 2, D(20), D("5.00"))


def test_where_there_is_no_limit_only_cash_and_positions_bind() -> None:
    used = InUse(balance=D(500), invested=D(400), open_positions=3)
    room = free_room(Limits(None, None, 5), used, Guard(), STANDING)
    assert room == FreeRoom(D(500), None, 2, None, None)


def test_the_fullest_event_is_nearest_to_its_limit() -> None:
    held = HeldEvent("e1", "It", D(180))
    assert event_room(D(250), held) == EventRoom("e1", "It", D(70))
    assert event_room(D(100), held).left == 0, "the limit was lowered since"
    assert event_room(D(100), None) == EventRoom(None, None, D(100))


@given(limits, uses, dollars)
def test_the_next_position_fits_exactly_what_every_limit_allows(
    limits: Limits, used: InUse, cost: D
) -> None:
    def allowed() -> bool:
        return (
            used.open_positions < limits.max_positions
            and cost <= used.balance
            and (limits.max_position_size is None or cost <= limits.max_position_size)
            and (
                limits.max_total_exposure is None
                or used.invested + cost <= limits.max_total_exposure
            )
        )

    room = free_room(limits, used, Guard(), STANDING)
    assert (D(0) < cost <= room.next_position) == (cost > 0 and allowed())
    assert room.next_position >= 0
