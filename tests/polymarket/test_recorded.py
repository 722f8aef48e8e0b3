"""Every recorded answer parses; what is skipped is known, row by row and reason by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from prescient.core.markets import Event, FeeSchedule, Market, Quote
from prescient.polymarket.parsing import parse_event, parse_markets
from tests.polymarket import recorded

pytestmark = recorded.needs_recordings

# recording: (market rows, markets read, skipped by reason)
EVENTS = {
    "googleadk_events_100_2025-06-25": (291, 231, {"placeholder": 60}),
    "peller_fedchair_event_2026-01-23T1139": (39, 25, {"placeholder": 14}),
    "polymercado_events_10_2026-01-04": (10, 1, {"without_prices": 9}),
    "trebuchet_fed_june_event_2026-05-17": (5, 5, {}),
    "valuelab_events_2_2026-07-25": (8, 7, {"placeholder": 1}),
}
MARKETS = {
    "alaniz_active_90_2025-05-05": (90, 90, {}),
    "alaniz_markets_100_2025-05-07": (100, 99, {"without_prices": 1}),
    "drmanhattan_markets_5_2026-06-21": (5, 5, {}),
    "radar_markets_open_10_2026-08-13": (10, 10, {}),
    "stone16_closed_batch_2_2026-06-10": (2, 2, {}),
    "testingpoly_markets_500_2026-02-07": (500, 500, {}),
    "wsk_markets_10_2026-02-25": (10, 10, {}),
}


def test_the_tables_name_every_recording() -> None:
    assert {path.stem for path in recorded.files("events")} == set(EVENTS)
    assert {path.stem for path in recorded.files("markets")} == set(MARKETS)


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_and_all_but_the_known_rows_are_read(name: str) -> None:
    rows = recorded.rows(recorded.FOLDER / "events" / f"{name}.json")
    parsed = [parse_event(row) for row in rows]
    markets = [market for each in parsed for market in each.event.markets]
    skipped = sum((each.skipped for each in parsed), Counter[str]())
    assert (_market_rows(rows), len(markets), skipped) == EVENTS[name]
    _assert_sound(markets)
    assert all(_is_complete(each.event) for each in parsed)


@pytest.mark.parametrize("name", MARKETS)
def test_all_but_the_known_market_rows_are_read(name: str) -> None:
    rows = recorded.rows(recorded.FOLDER / "markets" / f"{name}.json")
    markets, skipped = parse_markets(rows)
    assert (len(rows), len(markets), skipped) == MARKETS[name]
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


def _market_rows(event_rows: Iterable[object]) -> int:
    return sum(len(row["markets"]) for row in event_rows if isinstance(row, dict))


def _is_complete(event: Event) -> bool:
    return bool(event.title and event.slug and event.tags and event.end_date)


def _assert_sound(markets: Iterable[Market]) -> None:
    for market in markets:
        assert market.quote is not None or market.closed
        assert market.yes_price is not None
        assert market.no_price == 1 - market.yes_price
        assert market.end_date is not None or market.market_id in {"507397", "546612"}
