"""Answers that are made without validation are what validation makes of them, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from prescient.api.exact_json import Written, encode
from prescient.api.responses.cycles import (
    PortfolioCycle,
    SinglePortfolioResult,
    part_shown,
    single_result_shown,
)
from prescient.api.responses.portfolio_rows import (
    Portfolio,
    PortfolioListed,
    portfolio_listed,
    portfolio_shown,
)
from prescient.api.responses.positions import Position, position_shown
from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.portfolio.room import EventRoom
from prescient.store.cycle_pages import CycleResultRow, FunnelRow
from prescient.store.cycles import CycleRow
from prescient.store.portfolio_pages import ListedRow
from prescient.store.positions import PositionRow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
dollars = st.decimals(-(10**6), 10**6, places=2).map("{:f}".format)
paid = st.decimals("0.01", 10**6, places=2).map("{:f}".format)
shares = st.decimals(0, 10**6, places=6).map("{:f}".format)
prices = st.decimals(0, 1, places=6).map("{:f}".format)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
words = st.text(max_size=8)
positions = st.builds(
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
    bid=st.none() | prices,
    ask=st.none() | prices,
    quoted_at=st.none() | moments,
    mark_price=st.none() | prices,
    value=st.none() | dollars,
    current_pnl=st.none() | dollars,
    realized_pnl=dollars,
    total_pnl=dollars,
    stop_loss_bid=st.none() | prices,
    take_profit_bid=st.none() | prices,
    confidence=st.none() | st.decimals(0, 1, places=4).map("{:f}".format),
    reason=st.none() | words,
    flag=st.none() | words,
    group_id=st.none() | words,
    exit_price=st.none() | prices,
    exit_timestamp=st.none() | moments,
)


some = st.integers(0, 9)
amounts = st.decimals(-(10**6), 10**6, places=2)
limits = st.none() | paid
portfolios = st.builds(
    ListedRow,
    portfolio_id=st.integers(1, 2**31 - 1),
    name=words,
    description=words,
    strategy_type=words,
    status=st.sampled_from(list(PortfolioStatus)).map(str),
    status_reason=st.none() | words,
    strategy_config=st.sampled_from(["{}", '{"edge": 0.10, "markets": ["a", 1]}']),
    config_version=st.integers(1, 9),
    initial_balance=paid,
    current_balance=paid,
    total_invested=paid,
    total_profit_loss=dollars,
    realized_pnl=dollars,
    total_value=dollars,
    max_position_size=limits,
    max_total_exposure=limits,
    avg_trade_pnl=dollars,
    max_drawdown=paid,
    drawdown_limit=limits,
    drawdown_limit_percent=st.none() | st.decimals("0.01", 100, places=2).map("{:f}".format),
    drawdown_warned_at=st.none() | moments,
    peak_profit=dollars,
    index_peak=st.decimals(0, 10**6, places=12).map("{:f}".format),
    peak_since=moments,
    last_trade_at=st.none() | moments,
    last_price_update=st.none() | moments,
    valuation_error=st.none() | words,
    tags=st.lists(words, max_size=2),
    twin_of=st.none() | st.integers(1, 9),
    twin_key=st.none() | words,
    created_at=moments,
    last_updated=moments,
    profit_at_midnight=st.none() | dollars,
    open_positions=some,
    trade_count=some,
    total_trades_executed=some,
    total_winning_trades=some,
    total_losing_trades=some,
    max_positions=st.integers(1, 9),
    began_today=st.booleans(),
)
rooms = st.none() | st.builds(EventRoom, words, words, amounts)
counts = st.dictionaries(words, st.integers(0, 9), max_size=2)
statuses = st.sampled_from(list(CyclePortfolioStatus))
results = st.builds(
    CycleResultRow,
    portfolio_id=some,
    status=statuses,
    signals=some,
    trades=some,
    funnel=counts,
    rejections=counts,
    equity=st.none() | dollars,
    executed_at=st.none() | moments,
)
cycles = st.builds(
    CycleRow,
    cycle_id=some,
    parameters=st.just({}),
    counters=st.just({}),
    batch_id=st.none() | some,
    started_at=moments,
    decided_at=st.none(),
    ended_at=st.none() | moments,
)
parts = st.builds(
    FunnelRow,
    cycle_id=some,
    started_at=moments,
    status=statuses,
    signals=some,
    trades=some,
    funnel=counts,
    rejections=counts,
    equity=st.none() | dollars,
    executed_at=st.none() | moments,
)


@given(positions)
def test_a_position_is_what_validation_makes_of_it(row: PositionRow) -> None:
    shown = position_shown(row, NOW)
    assert encode(shown) == validated(Position, shown)


@given(portfolios)
def test_a_portfolio_in_a_list_is_what_validation_makes_of_it(row: ListedRow) -> None:
    shown = portfolio_listed(row)
    assert encode(shown) == validated(PortfolioListed, shown)
    now, ever = (Decimal(encode(shown[name])) for name in ("unrealized_pnl", "total_profit_loss"))
    assert now + Decimal(row.realized_pnl) == ever


@given(portfolios, positions, rooms)
def test_a_portfolio_is_what_validation_makes_of_it(
    row: ListedRow, held: PositionRow, left: EventRoom | None
) -> None:
    shown = portfolio_shown(row, left, [position_shown(held, NOW)])
    assert encode(shown) == validated(Portfolio, shown)


@given(results, cycles)
def test_a_result_is_what_validation_makes_of_it(row: CycleResultRow, cycle: CycleRow) -> None:
    shown = single_result_shown(row, cycle)
    assert encode(shown) == validated(SinglePortfolioResult, shown)


@given(parts)
def test_a_part_of_a_cycle_is_what_validation_makes_of_it(row: FunnelRow) -> None:
    shown = part_shown(row)
    assert encode(shown) == validated(PortfolioCycle, shown)


def validated(kind: Any, shown: Mapping[str, object]) -> str:
    """Return the JSON of what validation makes of it: the fields of its kind in their order."""
    valid = adapter(kind).validate_python(numbers_read(shown))
    return encode({name: valid[name] for name in get_type_hints(kind)})


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def numbers_read(value: object) -> object:
    """The value with a `Decimal` for each number that goes out as it was written."""
    match value:
        case Written():
            return Decimal(encode(value))
        case dict():
            return {name: numbers_read(inner) for name, inner in value.items()}
        case list():
            return [numbers_read(inner) for inner in value]
    return value
