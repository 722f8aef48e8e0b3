"""Numbers that nothing can be, and held markets whose rows are unreadable in part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.market.batches import BatchKind
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import MarketId, Outcome
from prescient.polymarket import decimal_json
from prescient.polymarket.clob_rows import parse_books
from prescient.polymarket.parsing import parse_event, parse_held_markets
from prescient.store import books, listings, tape
from prescient.store.tape import Sighting
from tests.builders import event, market
from tests.polymarket.rows import event_row, market_row
from tests.world import World

# A buy of $100 at 0.78 holds 128.20 shares; its stop of 15% is at 0.653.
EXTREMES = [
    "NaN", "Infinity", "-1", "-0", "0", "1", "2", "1e30", "1e-30", "-1e-30", "1e-400", "0e999999",
    "1e-999999999", "1e99999999999999999999", "9" * 5000, "0." + "1" * 250, "0." + "9" * 5000,
    "0.9999996", "0.0000004", "0.49999999", "999999999999.999999", "1000000000000.01", "13.3333333",
]  # fmt: skip
numbers = (
    st.sampled_from(EXTREMES)
    | st.decimals(-2, 2).map(str)
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
)
written = numbers | numbers.map(json.dumps)
NUMBERS = (
    "bestBid", "bestAsk", "liquidity", "liquidityNum", "volume", "volumeNum", "volume24hr",
    "oneDayPriceChange", "orderPriceMinTickSize",
)  # fmt: skip
single = st.dictionaries(st.sampled_from(NUMBERS), written, max_size=4)
pairs = st.tuples(written, written)
rows = st.builds(
    lambda changes, prices, fees: {
        **changes,
        "outcomePrices": "[" + ", ".join(prices) + "]",
        "feeSchedule": f'{{"rate": {fees[0]}, "exponent": {fees[1]}}}',
    },
    single,
    pairs,
    pairs,
)
many_examples = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many_examples
@given(rows, st.booleans(), st.lists(pairs, max_size=4), st.lists(pairs, max_size=4))
def test_no_number_of_the_exchange_fails_a_check(
    world: World,
    literals: dict[str, str],
    closed: bool,
    bids: list[tuple[str, str]],
    asks: list[tuple[str, str]],
) -> None:
    """Through the parser into the tape of the real Postgres, beside a row that must be kept."""
    row = wire(market_row(id="m1", closed=closed, feesEnabled=True), literals)
    parsed = parse_event(event_row(markets=[row, market_row(id="m2")])).event
    held = parse_held_markets({MarketId("m1"): row}).markets
    sides, _ = parse_books([wire({"asset_id": "1"}, {"bids": side(bids), "asks": side(asks)})], "1")
    with world.context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.FILTER, world.clock.now)
        listings.save(session, listings.digested_events([parsed]), world.clock.now)
        tape.append(session, batch_id, parsed.markets, Sighting(world.clock.now))
        if all(found.market_id != "m1" for found in parsed.markets):
            listings.save(session, listings.digested_markets(held), world.clock.now)
            tape.append(session, batch_id, held, Sighting(world.clock.now, listed=False))
        of_sides = {(MarketId("m1"), Outcome.YES): book for book in sides.values()}
        books.save(session, batch_id, of_sides, world.clock.now)
        tape.publish(session, batch_id, {}, world.clock.now)
    stored = world.rows("SELECT market_id FROM market_snapshots WHERE batch_id = %s", batch_id)
    assert {row["market_id"] for row in stored} == {"m1", "m2"}
    for book in sides.values():
        levels = (*book.bids, *book.asks)
        assert all(0 < round(level.price, 6) < 1 for level in levels)


def wire(row: Mapping[str, object], literals: Mapping[str, str]) -> Any:
    """The row as it is decoded from JSON that has these very letters as values."""
    kept = {key: value for key, value in row.items() if key not in literals}
    parts = [json.dumps(kept, default=str)[1:-1]]
    parts += [f'"{key}": {literal}' for key, literal in literals.items()]
    return decimal_json.decode("{" + ", ".join(parts) + "}")


def side(levels: list[tuple[str, str]]) -> str:
    return "[" + ", ".join(f'{{"price": {p}, "size": {s}}}' for p, s in levels) + "]"


@pytest.mark.parametrize("ask", ["0.9999996", "0.9999994", "0.0000004"])
def test_a_level_within_a_millionth_of_0_or_1_fails_no_cycle(world: World, ask: str) -> None:
    rows = [
        {"asset_id": token, "bids": [], "asks": [{"price": ask, "size": "500"}]}
        for token in ("11", "12")
    ]
    world.exchange.order_books, _ = parse_books(rows, ["11", "12"])
    world.portfolio(max_spread="1")
    world.run_cycle()
    assert world.row("SELECT status FROM cycle_portfolios") == {"status": "completed"}


def test_a_book_beyond_the_last_decimal_sells_nothing_short(world: World) -> None:
    read, _ = parse_books(
        [{"asset_id": "11", "bids": [{"price": "0.7700009", "size": "13.3333339"}], "asks": []}],
        ["11"],
    )
    assert read["11"] == OrderBook((Level(D("0.77"), D("13.333333")),), ())


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"outcomePrices": '["0.46"]'}, "unreadable_prices"),
        ({"outcomePrices": "soon"}, "unreadable_prices"),
        ({"feesEnabled": True, "feeSchedule": "dear"}, "unreadable_row"),
        ({"volume24hr": "much"}, "unreadable_row"),
        ({"question": ...}, "unreadable_row"),
        ({"outcomes": "Yes"}, "unreadable_row"),
    ],
)
def test_a_held_market_that_is_unreadable_in_part_keeps_its_quote_and_its_stop(
    world: World, changes: dict[str, Any], flag: str
) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.15)
    world.run_cycle()
    assert shown(world, "0.89", "0.91", **changes) == (0, 1)
    assert world.state(portfolio_id).total_value == D("10015.38")  # 128.20 × 0.90 − 100
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": flag}
    assert shown(world, "0.65", "0.66", **changes) == (1, 0)
    assert world.row("SELECT kind, price FROM position_exits") == {
        "kind": "stop_loss",
        "price": D("0.65"),
    }
    assert world.breaks() == []


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"bestBid": "high"}, "unreadable_prices"),
        ({"bestBid": D("0.95")}, "unreadable_prices"),
        ({"outcomes": '["Win", "Draw", "Lose"]'}, "unreadable_row"),
    ],
)
def test_a_held_market_without_a_readable_quote_keeps_its_mark(
    world: World, changes: dict[str, Any], flag: str
) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.15)
    world.run_cycle()
    assert shown(world, "0.89", "0.91", **changes) == (0, 1)
    assert world.state(portfolio_id).total_value == D("9999.36")  # at 0.775, as before
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": flag}


def test_a_held_market_that_is_inactive_is_marked_and_not_sold(world: World) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.15)
    world.run_cycle()
    assert shown(world, "0.10", "0.12", active=False) == (0, 1)
    assert world.state(portfolio_id).total_value == D("9914.10")  # 128.20 × 0.11 − 100
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": "inactive"}


def test_a_fee_that_cannot_be_read_is_the_one_that_was(world: World) -> None:
    world.exchange.events = [event(market())]
    world.portfolio()
    world.run_cycle()
    world.rows("UPDATE markets SET fee_rate = 0.07 RETURNING 1")
    shown(world, "0.77", "0.78", feesEnabled=True, feeSchedule="dear")
    assert world.row("SELECT fee_rate FROM markets") == {"fee_rate": D("0.07")}


def shown(world: World, bid: str, ask: str, **changes: object) -> tuple[int, int]:
    """How many positions exit and are flagged once the held market's row is this."""
    world.clock.pass_time(minutes=5)
    world.exchange.events = []
    row = market_row(
        id="m1", conditionId="0x1", clobTokenIds='["11", "12"]',
        **{"bestBid": D(bid), "bestAsk": D(ask), "outcomePrices": ..., **changes},
    )  # fmt: skip
    world.exchange.rows_by_id = {MarketId("m1"): row}
    update = world.update_prices()
    return update.exited, update.flagged
