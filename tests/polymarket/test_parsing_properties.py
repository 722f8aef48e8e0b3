"""What holds for every row, however strange."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import Quote
from prescient.polymarket import decimal_json
from prescient.polymarket.parsing import parse_event, parse_market, parse_markets
from prescient.polymarket.raw_rows import decode_page, with_decoded_payloads
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason
from tests.polymarket.rows import event_row, market_row

STRANGE_TEXTS = [
    "", " ", "NaN", "-Infinity", "1e999999999999", "[]", "[NaN]", '["1", "0"]', '["0", "0", "0"]',
    "[[[", "2026-05-09", "2026-05-09 02:07:01+00", "0001-01-01T00:00:00+14:00", "\ud800", "\0",
]  # fmt: skip

numbers = st.one_of(
    st.integers(), st.decimals(), st.floats(), st.sampled_from([0, 1, Decimal("0.5"), Decimal(2)])
)
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.text(max_size=12), st.sampled_from(STRANGE_TEXTS)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from([*market_row(), "feesEnabled", "feeSchedule", "events", "endDateIso"])
market_rows = st.dictionaries(keys, values, max_size=5).map(lambda row: market_row(**row))
event_keys = st.sampled_from(list(event_row()))
event_rows = st.dictionaries(event_keys, values, max_size=4).map(lambda row: event_row(**row))


@given(market_rows | values)
def test_a_market_row_is_read_soundly_or_skipped_for_a_known_reason(row: object) -> None:
    markets, skipped = parse_markets([row])
    assert len(markets) + skipped.total() == 1
    assert set(skipped) <= set(SkipReason)
    for market in markets:
        assert_sound(market)


@given(event_rows, st.lists(market_rows | values, max_size=3))
def test_an_event_loses_no_market_uncounted(row: dict[str, object], rows: list[object]) -> None:
    parsed = parse_event({**row, "id": "77", "markets": rows})
    assert len(parsed.event.markets) + parsed.skipped.total() == len(rows)


@given(event_rows | values)
def test_an_event_row_is_read_or_skipped(row: object) -> None:
    with contextlib.suppress(RowSkipped):
        assert parse_event(row).event.event_id


@given(
    st.tuples(st.decimals(0, "0.9999", places=4), st.decimals("0.0001", 1, places=4)).map(sorted)
)
def test_the_no_quote_is_the_complement_and_its_complement_the_yes_quote(
    sides: list[Decimal],
) -> None:
    """For outcome 1: bid = 1 − bestAsk, ask = 1 − bestBid."""
    bid, ask = sides
    quote = parse_market(market_row(bestBid=bid, bestAsk=ask)).quote
    assert quote is not None
    assert quote.complement() == Quote(bid=1 - ask, ask=1 - bid)
    assert quote.complement().spread == quote.spread
    assert quote.complement().complement() == quote


@given(st.decimals("0.000001", 1, places=6))
def test_a_price_survives_the_wire_to_the_last_digit(price: Decimal) -> None:
    """As a JSON number and as digits in a string."""
    wire = json.dumps(market_row(bestBid=0, bestAsk=..., outcomePrices=...), default=str)
    wire = (
        wire[:-1]
        + f', "bestAsk": {price:f}, "outcomePrices": "[\\"{price:f}\\", {1 - price:f}]"'
        + "}"
    )
    market = parse_market(decimal_json.decode(wire))
    assert (market.yes_price, market.no_price) == (price, 1 - price)
    assert market.quote == Quote(Decimal(0), price)


@given(st.text() | st.binary() | values.map(lambda value: json.dumps(value, default=str)))
def test_a_body_is_read_without_a_float_or_is_no_json(document: str | bytes) -> None:
    try:
        value = decimal_json.decode(document)
    except decimal_json.NotJson:
        assert not is_json(document)
    else:
        assert not any(isinstance(leaf, float) for leaf in leaves(value))


def is_json(document: str | bytes) -> bool:
    """Whether the standard library reads the document."""
    try:
        text = document.decode("utf-8") if isinstance(document, bytes) else document
        json.loads(text)
    except ValueError:
        return False
    return True


def leaves(value: object) -> Iterator[object]:
    """Everything in a JSON value that is neither a list nor an object."""
    match value:
        case list():
            for item in value:
                yield from leaves(item)
        case dict():
            yield from leaves(list(value.values()))
        case _:
            yield value


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_every_text_of_a_body_can_be_stored(value: object) -> None:
    """Postgres refuses NUL and lone surrogates, which escapes can carry; the rest is untouched."""
    wire = json.dumps(value)
    decoded = decimal_json.decode(wire)
    stored = json.dumps(decoded, ensure_ascii=False).encode("utf-8")
    assert b"\\u0000" not in stored
    if "\\u" not in wire:
        assert decoded == value


def assert_sound(market: Market) -> None:
    prices = [market.yes_price, market.no_price]
    if market.quote is not None:
        assert market.quote.bid <= market.quote.ask
        prices += [market.quote.bid, market.quote.ask]
    known = [price for price in prices if price is not None]
    assert all(isinstance(price, Decimal) for price in known)
    assert all(0 <= price <= 1 for price in known)
    assert market.closed or known
    assert all([market.market_id, market.question, *market.outcomes])
    assert market.fee is not None
    for amount in (market.liquidity, market.volume, market.volume_24h):
        assert isinstance(amount, Decimal)
        assert amount.is_finite()
        assert amount >= 0
    assert 0 < market.tick_size <= 1
    assert market.fee.rate >= 0
    assert not market.end_date or market.end_date.tzinfo is UTC


listed_markets = st.lists(market_rows | values, max_size=3)
listed_events = st.builds(
    lambda row, markets: {**row, "id": "77", "markets": markets},
    event_rows,
    listed_markets | st.none() | listed_markets.map(lambda rows: json.dumps(rows, default=str)),
)


@given(st.lists(listed_events, min_size=1, max_size=3))
@example([event_row(title="A\0?", markets=[market_row(question="Will\0it?", outcomes='["Y\0"]')])])
@example(
    [event_row(markets=[market_row(question="half of a pair \ud800"), {"id": 10**400}, "[1]"])]
)
@example([event_row(title="é", markets=[market_row(question="é", unread="\0")])])
@example(
    [
        event_row(markets=[market_row(id=f"{event}{place}") for place in range(2)], event=event)
        for event in range(3)
    ]
)
def test_a_row_of_a_page_reads_the_same_whether_or_not_it_was_decoded_whole(
    rows: list[dict[str, object]],
) -> None:
    page = json.dumps({"events": rows}, default=str).encode()
    found, expected = (
        [parse_event(row).event for row in events_of(decode(page))] for decode in PAGE_DECODERS
    )
    assert found == expected
    assert [*map(stored_payloads, found)] == [*map(stored_payloads, expected)]


PAGE_DECODERS = (decode_page, decimal_json.decode)


def events_of(page: object) -> list[object]:
    assert isinstance(page, dict)
    events = page["events"]
    assert isinstance(events, list)
    return events


def stored_payloads(event: Event) -> list[object]:
    stored = with_decoded_payloads(event)
    return [stored.payload, *(market.payload for market in stored.markets)]
