"""Answers that are made without validation are what validation makes of them, byte for byte."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from prescient.api.exact_json import Written, encode
from prescient.api.responses.positions import Position
from prescient.core.portfolio.positions import Action, PositionStatus
from prescient.store.positions import PositionRow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
dollars = st.decimals(-(10**6), 10**6, places=2).map("{:f}".format)
paid = st.decimals("0.01", 10**6, places=2).map("{:f}".format)
shares = st.decimals(0, 10**6, places=6).map("{:f}".format)
prices = st.decimals(0, 1, places=6).map("{:f}".format)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
words = st.text(max_size=8)
rows = st.builds(
    PositionRow,
    position_id=st.integers(1, 2**63 - 1),
    trade_id=words,
    market_id=words,
    market_question=words,
    event_id=st.none() | words,
    event_title=st.none() | words,
    end_date=st.none() | moments,
    yes_outcome=st.none() | words,
    no_outcome=st.none() | words,
    action=st.sampled_from(["buy_yes", "buy_no"]),
    amount=paid,
    fee=st.decimals(0, 100, places=2).map("{:f}".format),
    shares=st.none() | shares,
    cost_basis=dollars,
    entry_price=prices,
    entry_timestamp=moments,
    status=st.sampled_from(["open", "closed"]),
    best_bid=st.none() | prices,
    best_ask=st.none() | prices,
    quoted_at=st.none() | moments,
    mark_price=st.none() | prices,
    value=st.none() | dollars,
    current_pnl=st.none() | dollars,
    realized_pnl=dollars,
    stop_loss_bid=st.none() | prices,
    take_profit_bid=st.none() | prices,
    confidence=st.none() | st.decimals(0, 1, places=4).map("{:f}".format),
    reason=st.none() | words,
    flag=st.none() | words,
    group_id=st.none() | words,
    exit_price=st.none() | prices,
    exit_timestamp=st.none() | moments,
)


@given(rows)
def test_a_position_is_what_validation_makes_of_it(row: PositionRow) -> None:
    shown = Position.of(row, NOW)
    validated = Position.model_validate(numbers_read(dict(shown)))
    assert numbers_read(dict(shown)) == dict(validated)
    assert encode(shown) == encode(validated)
    assert isinstance(shown.action, Action)
    assert isinstance(shown.status, PositionStatus)
    assert encode(shown.total_pnl) == str(
        (Decimal(row.realized_pnl) + Decimal(row.current_pnl or 0)).quantize(Decimal("0.01"))
    )


def numbers_read(values: dict[str, object]) -> dict[str, object]:
    """The values with a `Decimal` for each number that goes out as it was written."""
    return {
        name: Decimal(encode(value)) if isinstance(value, Written) else value
        for name, value in values.items()
    }
