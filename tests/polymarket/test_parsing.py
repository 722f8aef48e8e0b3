"""One oddity of polymarket/API.md at a time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.money import ZERO
from prescient.polymarket.parsing import parse_event, parse_market, parse_markets
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason
from tests.polymarket.rows import event_row, market_row

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)


def quote(bid: str, ask: str) -> Quote:
    return Quote(Decimal(bid), Decimal(ask))


def test_a_usual_market_is_read_whole() -> None:
    row = market_row()
    market = parse_market(row)
    assert (market.market_id, market.outcomes) == ("1001", ("Yes", "No"))
    assert (market.yes_token_id, market.no_token_id) == ("111", "222")
    assert (market.yes_price, market.no_price) == (Decimal("0.46"), Decimal("0.54"))
    assert market.quote == quote("0.45", "0.47")
    assert (market.liquidity, market.volume) == (Decimal("12000.5"), Decimal(70000))
    assert market.volume_24h == Decimal("310.25")
    assert market.one_day_price_change == Decimal("-0.015")
    assert market.tick_size == Decimal("0.001")
    assert (market.active, market.accepting_orders, market.neg_risk) == (True, True, True)
    assert market.closed is False
    assert market.end_date == NOON
    assert market.payload is row


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ...}, "missing_id"),
        ({"id": ""}, "missing_id"),
        ({"id": "9" * 256}, "missing_id"),
        ({"question": ...}, "missing_question"),
        ({"question": "  "}, "missing_question"),
        ({"active": False}, "placeholder"),
        ({"active": False, "outcomePrices": ...}, "placeholder"),
        ({"active": "false"}, "placeholder"),
        ({"active": None}, "placeholder"),
        ({"outcomes": ...}, "malformed"),
        ({"outcomes": '["Yes", "No"'}, "malformed"),
        ({"outcomes": '["Win", "Draw", "Lose"]'}, "not_binary"),
        ({"outcomes": '["Yes", ""]'}, "not_binary"),
        ({"bestBid": Decimal("-0.1")}, "bad_quote"),
        ({"bestAsk": 47}, "bad_quote"),
        ({"bestAsk": "NaN"}, "bad_quote"),
        ({"bestBid": True}, "bad_quote"),
        ({"bestBid": 0.45}, "bad_quote"),
        ({"bestBid": Decimal("0.48")}, "crossed_quote"),
        ({"outcomePrices": '["0.46"]'}, "bad_outcome_prices"),
        ({"outcomePrices": '["0.46", "1.54"]'}, "bad_outcome_prices"),
        ({"outcomePrices": '["0.46", "Infinity"]'}, "bad_outcome_prices"),
        ({"outcomePrices": '[NaN, "0.54"]'}, "bad_outcome_prices"),
        ({"outcomePrices": '["0", "0"]'}, "bad_outcome_prices"),
        ({"outcomePrices": "soon"}, "bad_outcome_prices"),
        ({"outcomePrices": ..., "bestBid": ..., "bestAsk": ...}, "without_prices"),
        ({"outcomePrices": ..., "bestBid": 0, "bestAsk": 1}, "without_prices"),
        ({"outcomePrices": "[]", "bestBid": ..., "bestAsk": ...}, "without_prices"),
        ({"feesEnabled": True}, "bad_fee_schedule"),
        ({"feesEnabled": True, "feeSchedule": {"rate": "free"}}, "bad_fee_schedule"),
        ({"bestBid": 1, "bestAsk": 1}, "bad_quote"),
        ({"bestAsk": 0, "bestBid": ...}, "bad_quote"),
        ({"liquidityNum": "1e30", "liquidity": ...}, "bad_number"),
        ({"volumeNum": -1, "volume": "NaN"}, "bad_number"),
        ({"volume24hr": Decimal("NaN")}, "bad_number"),
        ({"oneDayPriceChange": 2}, "bad_number"),
        ({"orderPriceMinTickSize": "1e-30"}, "bad_number"),
        ({"orderPriceMinTickSize": "0." + "1" * 5000}, "bad_number"),
    ],
)
def test_a_live_row_that_cannot_be_trusted_is_skipped_for_one_reason(
    changes: dict[str, object], reason: str
) -> None:
    markets, skipped = parse_markets([market_row(**changes), market_row()])
    assert skipped == {reason: 1}
    assert len(markets) == 1


@pytest.mark.parametrize(
    ("prices", "yes_and_no"),
    [
        ('["1", "0"]', (Decimal(1), Decimal(0))),
        ('["0.5", "0.5"]', (Decimal("0.5"), Decimal("0.5"))),
        ('["0", "0"]', (Decimal(0), Decimal(0))),
        (..., (None, None)),
        ('["1"]', (None, None)),
        ('["2", "-1"]', (None, None)),
    ],
)
def test_a_closed_market_is_kept_whatever_its_prices(
    prices: object, yes_and_no: tuple[Decimal | None, Decimal | None]
) -> None:
    """Its holders must learn that it ended; settlement decides what the prices are worth."""
    row = market_row(
        closed=True,
        outcomePrices=prices,
        bestBid=5,
        feesEnabled=True,
        umaResolutionStatus="resolved",
    )
    market = parse_market(row)
    assert (market.yes_price, market.no_price) == yes_and_no
    assert (market.quote, market.fee) == (None, FeeSchedule())
    assert (market.closed, market.active, market.resolution_status) == (True, True, "resolved")


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [
        (0, 1, quote("0", "1")),
        (..., Decimal("0.004"), quote("0", "0.004")),
        (Decimal("0.996"), ..., quote("0.996", "1")),
        (None, Decimal("0.004"), quote("0", "0.004")),
        ("0.45", "0.47", quote("0.45", "0.47")),
        (Decimal("0.45"), Decimal("0.45"), quote("0.45", "0.45")),
        (..., ..., None),
    ],
)
def test_a_missing_side_is_an_empty_side(bid: object, ask: object, expected: Quote | None) -> None:
    assert parse_market(market_row(bestBid=bid, bestAsk=ask)).quote == expected


def test_a_one_sided_book_prices_a_market_without_outcome_prices() -> None:
    market = parse_market(market_row(outcomePrices=..., bestBid=...))
    assert (market.yes_price, market.quote) == (None, quote("0", "0.47"))


@pytest.mark.parametrize(
    "row_date", ["2026-05-09T12:00:00Z", "2026-05-09T12:00:00.000000Z", "2026-05-09 12:00:00+00"]
)
def test_every_form_of_date_is_the_same_moment(row_date: str) -> None:
    assert parse_market(market_row(endDate=row_date)).end_date == NOON


@pytest.mark.parametrize(
    ("changes", "end_date"),
    [
        ({"endDate": ..., "endDateIso": "2026-05-09"}, datetime(2026, 5, 9, tzinfo=UTC)),
        ({"endDate": "2026-05-09T14:00:00.5+02:00"}, NOON.replace(microsecond=500_000)),
        ({"endDate": "9999-12-31T23:59:59-12:00"}, None),
        ({"endDate": "soon"}, None),
        ({"endDate": ...}, None),
    ],
)
def test_a_date_is_utc_or_none(changes: dict[str, object], end_date: datetime | None) -> None:
    assert parse_market(market_row(**changes)).end_date == end_date


def test_missing_keys_have_their_defaults() -> None:
    needed = ("id", "question", "outcomes", "outcomePrices")
    market = parse_market({key: market_row()[key] for key in needed})
    assert (market.condition_id, market.yes_token_id, market.no_token_id) == (None, None, None)
    assert (market.liquidity, market.volume, market.volume_24h) == (ZERO, ZERO, ZERO)
    assert (market.one_day_price_change, market.tick_size) == (None, Decimal("0.01"))
    assert (market.active, market.closed, market.accepting_orders) == (True, False, False)
    assert (market.end_date, market.event_id, market.resolution_status) == (None, None, None)
    assert (market.quote, market.fee) == (None, FeeSchedule())


def test_amounts_come_as_text_too_and_an_absurd_one_gives_way_to_the_other_key() -> None:
    market = parse_market(market_row(liquidityNum=..., volumeNum="-5", volume="60000"))
    assert (market.liquidity, market.volume) == (Decimal("12000.5"), Decimal(60000))


@pytest.mark.parametrize(
    ("changes", "fee"),
    [
        ({"feesEnabled": True, "feeSchedule": {"rate": Decimal("0.05")}}, ("0.05", "1")),
        ({"feesEnabled": True, "feeSchedule": {"rate": "0.07", "exponent": 2}}, ("0.07", "2")),
        ({"feesEnabled": False, "feeSchedule": {"rate": Decimal("0.05")}}, ("0", "1")),
        ({"feeSchedule": {"rate": Decimal("0.05")}, "takerBaseFee": 1000}, ("0", "1")),
    ],
)
def test_fees_are_the_markets_own_and_only_where_enabled(
    changes: dict[str, object], fee: tuple[str, str]
) -> None:
    rate, exponent = map(Decimal, fee)
    assert parse_market(market_row(**changes)).fee == FeeSchedule(rate, exponent)


def test_outcomes_need_not_be_called_yes_and_no() -> None:
    assert parse_market(market_row(outcomes='["Over", "Under"]')).outcomes == ("Over", "Under")


def test_lists_may_come_unwrapped() -> None:
    row = market_row(outcomes=["Yes", "No"], outcomePrices=[Decimal("0.46"), "0.54"])
    assert parse_market(row).no_price == Decimal("0.54")


def test_a_bare_market_names_its_event() -> None:
    row = market_row(id=1001, events=[{"id": 77, "title": "Rain in Lisbon"}])
    assert parse_market(row).event_id == "77"
    assert parse_market(row).market_id == "1001"


def test_an_event_keeps_its_good_markets_and_counts_the_others() -> None:
    rows = [market_row(), market_row(active=False), market_row(id=...), "soon", None]
    parsed = parse_event(event_row(markets=rows))
    event = parsed.event
    assert parsed.skipped == Counter(placeholder=1, missing_id=1, malformed=2)
    assert [market.event_id for market in event.markets] == ["77"]
    assert (event.title, event.slug, event.tags) == (
        "Rain in Lisbon",
        "rain-in-lisbon",
        ("weather",),
    )
    assert (event.liquidity, event.volume, event.volume_24h) == (
        Decimal("12000.5"),
        Decimal(70000),
        ZERO,
    )
    assert event.start_date == datetime(2026, 5, 1, microsecond=123_456, tzinfo=UTC)
    assert isinstance(event.payload, dict)
    assert "markets" not in event.payload
    assert event.payload["id"] == "77"


def test_an_open_event_may_contain_a_closed_market() -> None:
    parsed = parse_event(event_row(markets=[market_row(closed=True, outcomePrices='["1", "0"]')]))
    assert [market.closed for market in parsed.event.markets] == [True]


@pytest.mark.parametrize(
    ("row", "reason"),
    [(event_row(id=...), "event_missing_id"), (None, "event_malformed"), ([], "event_malformed")],
)
def test_an_event_without_identity_is_skipped(row: object, reason: str) -> None:
    with pytest.raises(RowSkipped, match=reason):
        parse_event(row)


@pytest.mark.parametrize(
    ("status", "history", "read"),
    [
        ("Proposed", ..., "proposed"),
        ("DISPUTED", ..., "disputed"),
        (" challenged ", ..., "challenged"),
        (..., '["proposed"]', "proposed"),
        (..., '["proposed", "Disputed"]', "disputed"),
        (..., '["proposed", "disputed", "resolved"]', "resolved"),
        ("resolved", '["proposed"]', "resolved"),  # as 13 of 19 recorded rows that are resolved
        ("settled", '["proposed"]', "proposed"),
        ("settled", "soon", None),
        (..., "[]", None),
    ],
)
def test_the_oracle_s_status_is_read_in_any_case_and_from_its_history(
    status: object, history: object, read: str | None
) -> None:
    row = market_row(umaResolutionStatus=status, umaResolutionStatuses=history)
    assert parse_market(row).resolution_status == read


def test_no_price_of_a_closed_market_is_rounded_to_what_pays() -> None:
    """Recorded: closed at 4.1e-7, which is not 0."""
    prices = '["4.113679809846114e-7", "0.9999995886320190153885986409901813"]'
    market = parse_market(market_row(closed=True, outcomePrices=prices))
    assert (market.yes_price, market.no_price) == (Decimal("0.000001"), Decimal("0.999999"))
    market = parse_market(market_row(closed=True, outcomePrices='["0.49999999", "0.50000001"]'))
    assert (market.yes_price, market.no_price) == (Decimal("0.499999"), Decimal("0.500001"))


def test_the_page_explains_every_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "market-data.md").read_text("utf-8")
    section = page.partition("## Rows that are skipped")[2].partition("\n## ")[0]
    rows = [line.partition(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    explained = {name.strip("`") for row in rows for name in row.removeprefix("| ").split(", ")}
    assert explained == {reason.value for reason in SkipReason}
