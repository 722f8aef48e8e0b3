"""What a listing changes is stored, and what it does not change is not written again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.store import listings
from tests.builders import NOON, event, market
from tests.world import World

LATER = NOON + timedelta(hours=1)
OF_MARKET: dict[str, tuple[Any, dict[str, Any]]] = {
    "question": ("Will it?", {"question": "Will it?"}),
    "outcomes": (("Up", "Down"), {"yes_outcome": "Up", "no_outcome": "Down"}),
    "condition_id": ("0xnew", {"condition_id": "0xnew"}),
    "yes_token_id": ("77", {"yes_token_id": "77"}),
    "no_token_id": ("78", {"no_token_id": "78"}),
    "tick_size": (D("0.001"), {"tick_size": D("0.001")}),
    "neg_risk": (True, {"neg_risk": True}),
    "fee": (FeeSchedule(D("0.07"), D(2)), {"fee_rate": D("0.07"), "fee_exponent": D(2)}),
    "end_date": (LATER, {"end_date": LATER}),
}
OF_EVENT: dict[str, tuple[Any, dict[str, Any]]] = {
    "title": ("Another title", {"title": "Another title"}),
    "slug": ("another-slug", {"slug": "another-slug"}),
    "tags": (("politics", "new"), {"tags": ["politics", "new"]}),
    "end_date": (LATER, {"end_date": LATER}),
    "neg_risk": (True, {"neg_risk": True}),
    "neg_risk_augmented": (True, {"neg_risk_augmented": True}),
    "market_count": (9, {"market_count": 9}),
}


@pytest.mark.parametrize("field", OF_MARKET)
def test_a_market_that_is_listed_with_another_value_is_stored(world: World, field: str) -> None:
    value, columns = OF_MARKET[field]
    _save_markets(world, market())
    _save_markets(world, replace(market(), **{field: value}), later=True)
    (row,) = world.rows("SELECT * FROM markets")
    assert {column: row[column] for column in columns} == columns


@pytest.mark.parametrize("field", OF_EVENT)
def test_an_event_that_is_listed_with_another_value_is_stored(world: World, field: str) -> None:
    value, columns = OF_EVENT[field]
    _save_events(world, _event())
    _save_events(world, replace(_event(), **{field: value}), later=True)
    (row,) = world.rows("SELECT * FROM events")
    assert {column: row[column] for column in columns} == columns


def test_a_market_follows_the_title_and_the_end_of_its_event(world: World) -> None:
    _save_events(world, _event())
    _save_events(world, replace(_event(), title="Renamed", end_date=LATER), later=True)
    (row,) = world.rows("SELECT event_title, event_end_date FROM markets")
    assert row == {"event_title": "Renamed", "event_end_date": LATER}


def test_what_did_not_change_is_not_written_again(world: World) -> None:
    markets = [market(market_id=MarketId(f"m{n}"), question=f"Question {n}?") for n in range(4)]
    first = event(*markets[:2], event_id=EventId("e1"))
    second = event(*markets[2:], event_id=EventId("e2"), title="Another title")
    _save_events(world, first, second)
    renamed = replace(second, title="Renamed")
    _save_events(world, replace(first, liquidity=D(1), volume=D(2)), renamed, later=True)
    _save_markets(world, *markets, later=True)
    written = "SELECT event_id AS id, updated_at FROM events UNION ALL SELECT market_id, updated_at"
    stored = world.rows(f"{written} FROM markets ORDER BY id")
    later = [row["id"] for row in stored if row["updated_at"] == LATER]
    assert (len(stored), later) == (6, ["e2", "m2", "m3"])


def test_a_market_fetched_without_its_event_keeps_what_is_known_of_it(world: World) -> None:
    listed = replace(_event(), markets=(market(end_date=None),), end_date=LATER)
    _save_events(world, listed)
    _save_markets(world, market(end_date=None, question="Renamed?"), later=True)
    (row,) = world.rows("SELECT question, event_id, event_title, end_date FROM markets")
    assert row == {
        "question": "Renamed?",
        "event_id": listed.event_id,
        "event_title": listed.title,
        "end_date": LATER,
    }


def _event() -> Event:
    return event(market(), event_id=EventId("e1"))


def _save_markets(world: World, *listed: Market, later: bool = False) -> None:
    with world.context.database.transaction() as session:
        found = listings.digested_markets(listings.completed(session, listed))
        listings.save(session, found, LATER if later else NOON)


def _save_events(world: World, *listed: Event, later: bool = False) -> None:
    with world.context.database.transaction() as session:
        found = listings.digested_events(listings.completed_events(session, listed))
        listings.save(session, found, LATER if later else NOON)
