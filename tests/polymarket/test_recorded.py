"""What must hold of every recorded row that is read; docs/market-data.md counts them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import FeeSchedule, Quote
from prescient.polymarket.parsing import parse_event, parse_markets
from tests.polymarket import recorded

pytestmark = recorded.needs_recordings


@pytest.mark.parametrize("path", recorded.files("events"), ids=lambda path: path.stem)
def test_every_recorded_event_is_read_with_its_markets(path: Path) -> None:
    rows = recorded.rows(path)
    parsed = [parse_event(row) for row in rows]
    assert all(_is_complete(listed.event) for listed in parsed)
    for row, listed in zip(rows, parsed, strict=True):
        assert listed.event.market_count == len(row["markets"])
        assert len(listed.event.markets) + listed.skipped.total() == listed.event.market_count
        _assert_sound(listed.event.markets)


@pytest.mark.parametrize("path", recorded.files("markets"), ids=lambda path: path.stem)
def test_every_recorded_market_is_read_or_skipped(path: Path) -> None:
    rows = recorded.rows(path)
    markets, skipped = parse_markets(rows)
    assert len(markets) + skipped.total() == len(rows)
    _assert_sound(markets)
    assert all(market.event_id for market in markets)


def test_a_row_is_read_to_the_last_digit() -> None:
    """The first market of the Fed's June event, compared with the recording by eye."""
    path = recorded.FOLDER / "events" / "trebuchet_fed_june_event_2026-05-17.json"
    event = parse_event(recorded.rows(path)[0]).event
    market = event.markets[0]
    assert (event.event_id, event.neg_risk, len(event.markets)) == ("101772", True, 5)
    assert (market.market_id, market.event_id) == ("906973", "101772")
    assert market.quote == Quote(Decimal("0.005"), Decimal("0.006"))
    assert (market.yes_price, market.no_price) == (Decimal("0.0055"), Decimal("0.9945"))
    assert market.liquidity == Decimal("365215.79468")
    assert market.volume == Decimal("5613436.783344906")
    assert market.volume_24h == Decimal("248946.43669499908")
    assert market.fee == FeeSchedule(rate=Decimal("0.05"), exponent=Decimal(1))
    assert market.end_date == datetime(2026, 6, 17, tzinfo=UTC)


def _is_complete(event: Event) -> bool:
    return bool(event.title and event.slug and event.tags and event.end_date)


def _assert_sound(markets: Iterable[Market]) -> None:
    for market in markets:
        assert market.quote is not None or market.closed
        assert market.yes_price is not None
        assert market.no_price == 1 - market.yes_price
        assert market.end_date is not None or market.market_id in {"507397", "546612"}
