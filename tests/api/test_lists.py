"""Every list: its pages, its filters, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from operations.openapi import DOCUMENT
from prescient.api.application import ROUTES
from prescient.api.media_types import CSV
from tests.api.client import BECAUSE, Client
from tests.builders import NOON, event
from tests.world import World, several

D = Decimal
WHEN = "2026-01-01T00:00:00%2B00:00"
EXTREMES = [
    "from=0001-01-01T00:00:00%2B14:00",
    "to=9999-12-31T23:59:59-14:00",
    f"from={WHEN}&to=0001-01-01T00:00:00Z",
    "from=0001-01-01",
    "to=9999-12-31",
    "cursor=9223372036854775807",
    "cursor=0",
    "cursor=9999999999999999-999999999999999999",
    "cursor=9999-12-31",
    "cursor=~",
    "limit=1000&cursor=1",
    "market_id=~%27%22%3B",
]
TABLES = {"/portfolios/compare", "/portfolios/<portfolio_id>/performance"}
"""What is a table, but no list with pages."""
LISTS = sorted(
    route.path.replace("<portfolio_id>", "1")
    .replace("<cycle_id>", "1")
    .replace("<market_id>", "m1")
    for table in ROUTES
    for route in table.routes
    if CSV in route.response_types and route.path not in TABLES
)
OPEN = ("/portfolios/1/positions", "/portfolios/1/trades")
each_list = pytest.mark.parametrize("path", LISTS)


@pytest.fixture(scope="module")
def traded(shared_database_url: str) -> Iterator[Client]:
    """Three portfolios; the first holds three positions and sold one, over two days."""
    world = World(shared_database_url)
    client = Client(world)
    world.exchange.events = [event(*several(4))]
    client.create(name="First", strategy_config={"stop_loss_percentage": 0.5})
    client.create(name='=HYPERLINK("x")', strategy_type="random", tags=["lab"])
    client.create(name="Third")
    for day in range(2):
        world.run_cycle()
        client.patch("/portfolios/1", {"max_positions": 10 + day})
        client.post("/portfolios/1/deposit", {"amount": 100, **BECAUSE})
        client.post("/portfolios/pause-all", {"reason": f"day {day}"})
        client.post("/portfolios/reactivate-all", {"reason": f"day {day}"})
        world.clock.pass_time(days=1)
        world.update_prices()
    [newest, *_] = client.get("/portfolios/1/positions").json["positions"]
    closed = client.post(f"/portfolios/1/positions/{newest['position_id']}/close", BECAUSE)
    assert closed.status == 200, closed.text
    for cents in (1, 2):
        amounts = {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": f"0.0{cents}"}
        client.post("/portfolios/transfer", {**amounts, **BECAUSE})
    client.post(
        f"/portfolios/1/positions/{newest['position_id'] - 1}/close", {"shares": 5, **BECAUSE}
    )
    client.patch("/portfolios/3", {"status": "archived", "liquidate": True})
    yield client
    client.environment.close()
    world.disconnect()


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The one list of an answer."""
    [listed] = [value for value in answer.values() if isinstance(value, list)]
    return listed


def ids(answer: dict[str, Any], name: str) -> list[Any]:
    """One value of each row of an answer."""
    return [row[name] for row in rows(answer)]


@each_list
def test_pages_follow_each_other_and_leave_nothing_out(traded: Client, path: str) -> None:
    whole = traded.get(path).json
    assert whole["next"] is None
    assert len(rows(whole)) > 1
    pages, target = [], f"{path}?limit=1"
    while target:
        answer = traded.get(target)
        assert answer.status == 200, answer.text
        assert len(rows(answer.json)) == 1
        pages += rows(answer.json)
        target = answer.json["next"]
    assert pages == rows(whole)


@each_list
def test_a_next_page_keeps_what_was_asked_for(traded: Client, path: str) -> None:
    takes_time = "from" in _parameters(path)
    day = "2026-01-01" if path.endswith("/history") and "/portfolios" in path else WHEN
    query = f"limit=1&from={day}" if takes_time else "limit=1"
    following = parse_qs(urlsplit(traded.get(f"{path}?{query}").json["next"]).query)
    kept = {name: [value] for name, value in parse_qsl(query)}
    assert following.items() >= kept.items()
    assert set(following) == {"cursor", *kept}


@each_list
def test_the_farthest_bounds_are_bounds(traded: Client, path: str) -> None:
    known = _parameters(path)
    for query in EXTREMES:
        if dict(parse_qsl(query)).keys() <= known:
            answer = traded.get(f"{path}?{query}")
            assert answer.status in {200, 404, 422}, (query, answer.text)


def _parameters(path: str) -> set[str]:
    """The names that the document gives the parameters of a list."""
    template = re.sub(r"(?<=/portfolios/)1", "{portfolio_id}", path)
    template = re.sub(r"(?<=/cycles/)1", "{cycle_id}", template)
    template = template.replace("/m1", "/{market_id}")
    operation = json.loads(DOCUMENT.read_text())["paths"][template]["get"]
    return {parameter["name"] for parameter in operation["parameters"]}


@each_list
def test_the_same_rows_as_csv(traded: Client, path: str) -> None:
    shown = traded.get(path)
    table = traded.get(path, headers={"accept": "text/csv"})
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert len(lines) == len(rows(shown.json))
    for line, row in zip(lines, rows(shown.json), strict=True):
        plain = {
            name: value for name, value in row.items() if not isinstance(value, dict | list | str)
        }
        assert {name: line[name] for name in plain} == {
            name: "" if value is None else _text(value) for name, value in plain.items()
        }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@each_list
def test_a_page_of_csv_names_the_next_one_in_its_link(traded: Client, path: str) -> None:
    headers = {"accept": "text/csv"}
    first = traded.get(f"{path}?limit=1", headers=headers)
    [target, relation] = first.headers["Link"].split("; ")
    assert relation == 'rel="next"'
    assert target.strip("<>") == traded.get(f"{path}?limit=1").json["next"]
    assert "Link" not in traded.get(path, headers=headers).headers


@each_list
def test_the_longest_page_is_bounded(traded: Client, path: str) -> None:
    assert traded.get(f"{path}?limit=1000").status == 200
    assert traded.get(f"{path}?limit=1001").rules.keys() == {"limit"}


def test_an_empty_page_of_csv_has_its_names(traded: Client) -> None:
    table = traded.get("/portfolios/1/trades?market_id=none", headers={"accept": "text/csv"})
    assert table.text.startswith("trade_id,position_id,")
    assert table.text.count("\r\n") == 1


def test_models_within_a_row_are_columns_and_documents_are_json(traded: Client) -> None:
    table = traded.get("/portfolios?tag=lab", headers={"accept": "text/csv"})
    [line] = csv.DictReader(io.StringIO(table.text, newline=""))
    assert line["tags"] == '["lab"]'
    [row] = traded.get("/portfolios?tag=lab").json["portfolios"]
    for name in ("drawdown", "free_room"):
        for inner, value in row[name].items():
            assert line[f"{name}_{inner}"] == ("" if value is None else str(value))


def test_a_text_is_no_formula_to_a_spreadsheet(traded: Client) -> None:
    table = traded.get("/portfolios?tag=lab", headers={"accept": "text/csv"})
    [line] = csv.DictReader(io.StringIO(table.text, newline=""))
    assert line["name"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("TEXT/CSV;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"),
        ("text/csv;q=0, */*", "application/json"),
        ("application/json, text/csv", "application/json"),
        ("text/csv;header=present;q=1, application/json;q=0.9", "text/csv; charset=utf-8"),
        ("text/csv;q=much", "text/csv; charset=utf-8"),
    ],
)
def test_what_the_client_would_rather_have(traded: Client, accept: str, kind: str) -> None:
    answer = traded.get("/portfolios/1/trades", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/portfolios/1/trades", "application/xml"),
        ("/portfolios/1/trades", "text/csv;q=0, text/html"),
        ("/portfolios/1", "text/csv"),
        ("/paper-trading/portfolio?portfolio_id=1", "text/csv"),
        ("/health", "image/png"),
    ],
)
def test_what_cannot_be_had_is_not_acceptable(traded: Client, path: str, accept: str) -> None:
    answer = traded.get(path, headers={"accept": accept})
    assert (answer.status, answer.json["code"]) == (406, "not_acceptable")
    assert answer.json["message"].startswith("accept: ")


def test_nothing_is_done_for_a_client_that_wants_no_answer(traded: Client) -> None:
    before = traded.world.everything()
    answer = traded.post(
        "/portfolios/1/deposit", {"amount": 1, **BECAUSE}, headers={"accept": "application/xml"}
    )
    assert answer.status == 406
    assert traded.world.everything() == before


@pytest.mark.parametrize("path", OPEN)
def test_by_status_and_market(traded: Client, path: str) -> None:
    found = {
        status: rows(traded.get(f"{path}?status={status}").json) for status in ("open", "closed")
    }
    everything = rows(traded.get(path).json)
    assert len(found["open"]) + len(found["closed"]) == len(everything)
    assert len(found["closed"]) == 1
    for status, some in found.items():
        assert {row["status"] for row in some} == {status}
    market = everything[0]["market_id"]
    of_market = rows(traded.get(f"{path}?market_id={market}").json)
    assert {row["market_id"] for row in of_market} == {market}
    assert rows(traded.get(f"{path}?market_id=none").json) == []


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("/portfolios/1/exits", "kind", ["manual", "settlement"]),
        ("/portfolios/1/ledger", "kind", ["buy", "manual", "transfer_out", "adjustment"]),
        ("/portfolios/1/signals", "status", ["executed", "rejected", "pending"]),
        ("/portfolios/1/funnels", "status", ["completed", "failed"]),
        ("/trading/cycles/1", "status", ["completed", "skipped"]),
    ],
)
def test_by_kind_or_status(traded: Client, path: str, name: str, values: list[str]) -> None:
    everything = rows(traded.get(path).json)
    for value in values:
        some = rows(traded.get(f"{path}?{name}={value}").json)
        assert some == [row for row in everything if row[name] == value]
    assert any(row[name] == values[0] for row in everything)


@pytest.mark.parametrize("path", ["/portfolios/1/exits", "/portfolios/1/signals"])
def test_by_market(traded: Client, path: str) -> None:
    market = rows(traded.get(path).json)[0]["market_id"]
    some = rows(traded.get(f"{path}?market_id={market}").json)
    assert some == [row for row in rows(traded.get(path).json) if row["market_id"] == market]


def test_the_ledger_is_where_every_cent_of_the_balance_comes_from(traded: Client) -> None:
    entries = traded.get("/portfolios/1/ledger").json["entries"]
    balance = traded.get("/portfolios/1").json["portfolio"]["current_balance"]
    assert entries[0]["balance_after"] == balance
    assert sum(entry["amount"] for entry in entries) == balance - 10_000
    assert [entry["entry_no"] for entry in entries] == [*range(len(entries), 0, -1)]


def test_transfers_of_all_or_of_one(traded: Client) -> None:
    assert ids(traded.get("/transfers").json, "amount") == [D("0.02"), D("0.01")]
    assert len(rows(traded.get("/transfers?portfolio_id=2").json)) == 2
    assert rows(traded.get("/transfers?portfolio_id=3").json) == []


def test_a_signal_says_what_came_of_it(traded: Client) -> None:
    executed = rows(traded.get("/portfolios/1/signals?status=executed").json)
    trades = rows(traded.get("/portfolios/1/trades").json)
    assert {row["trade_id"] for row in executed} == {row["trade_id"] for row in trades}
    assert all(row["reason"] and row["rejection"] is None for row in executed)


def test_a_funnel_narrows_from_the_candidates_to_what_was_emitted(traded: Client) -> None:
    [newest, *_] = traded.get("/portfolios/1/funnels").json["funnels"]
    counts = list(newest["funnel"].values())
    assert counts[0] == newest["funnel"]["candidates"] == 4
    assert newest["signals_generated"] == newest["funnel"]["emitted"] + newest["funnel"]["exits"]


def test_the_summary_of_a_cycle_is_over_all_its_portfolios(traded: Client) -> None:
    page = traded.get("/trading/cycles/1?limit=1").json
    whole = traded.get("/trading/cycles/1").json
    assert page["summary"] == whole["summary"]
    assert whole["summary"]["total_portfolios"] == len(whole["portfolio_results"]) == 3
    trades = sum(row["trades_executed"] for row in whole["portfolio_results"])
    assert whole["summary"]["total_trades_executed"] == trades > 0


@pytest.mark.parametrize(
    "path",
    [
        *OPEN,
        "/portfolios/1/equity",
        "/trading/cycles",
        "/portfolios/1/signals",
        "/portfolios/1/ledger",
        "/portfolios/1/funnels",
    ],
)
def test_by_time(traded: Client, path: str) -> None:
    middle = (NOON + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = rows(traded.get(f"{path}?from={middle}").json)
    earlier = rows(traded.get(f"{path}?to={middle}").json)
    assert later + earlier == rows(traded.get(path).json)
    assert earlier
    assert rows(traded.get(f"{path}?from={middle}&to={middle}").json) == []


def test_a_position_shows_what_a_trader_wants_to_know(traded: Client) -> None:
    position = traded.get("/portfolios/1/positions?status=open&limit=1").json["positions"][0]
    assert position["event_title"]
    assert position["end_date"]
    assert position["outcome"] == "Yes"
    assert position["bid"] < position["mark_price"] < position["ask"]
    assert position["quote_age_seconds"] == 0
    assert position["value"] == position["cost_basis"] + position["current_pnl"]
    assert position["total_pnl"] == position["current_pnl"] + position["realized_pnl"]
    cost = position["amount"] + position["fee"]
    assert abs(position["pnl_percent"] - 100 * position["total_pnl"] / cost) <= D("0.005")
    assert position["stop_loss_bid"] < position["bid"]
    assert position["reason"]
    assert D(0) < position["confidence"] <= 1


def test_a_closed_position_shows_how_it_ended(traded: Client) -> None:
    [position] = traded.get("/portfolios/1/positions?status=closed").json["positions"]
    now = ("bid", "ask", "mark_price", "quote_age_seconds", "value", "current_pnl")
    assert [position[name] for name in now] == [None] * len(now)
    assert position["total_pnl"] == position["realized_pnl"]
    assert position["exit_price"] is not None


@pytest.mark.parametrize(
    ("status", "ids"),
    [
        ("", [1, 2]),
        ("?status=all", [1, 2, 3]),
        ("?status=archived", [3]),
        ("?status=active", [1, 2]),
        ("?status=paused", []),
        ("?strategy_type=random", [2]),
        ("?tag=lab", [2]),
        ("?status=all&sort=-portfolio_id", [3, 2, 1]),
        ("?status=all&sort=name", [2, 1, 3]),
    ],
)
def test_portfolios_by_status_strategy_and_tag(traded: Client, status: str, ids: list[int]) -> None:
    listed = traded.get(f"/portfolios{status}").json["portfolios"]
    assert [row["portfolio_id"] for row in listed] == ids


@pytest.mark.parametrize("sort", ["name", "portfolio_id", "-portfolio_id"])
@pytest.mark.parametrize("tag", ["", "&tag=lab"])
def test_every_order_pages(traded: Client, sort: str, tag: str) -> None:
    pages, target = [], f"/portfolios?status=all&sort={sort}&limit=1{tag}"
    while target:
        page = traded.get(target).json
        pages += [row["portfolio_id"] for row in page["portfolios"]]
        target = page["next"]
    whole = traded.get(f"/portfolios?status=all&sort={sort}{tag}").json["portfolios"]
    assert pages == [row["portfolio_id"] for row in whole]


@pytest.mark.parametrize("value", ["total_value", "total_profit_loss"])
def test_the_best_first(traded: Client, value: str) -> None:
    pages, target = [], f"/portfolios?status=all&sort=-{value}&limit=2"
    while target:
        page = traded.get(target).json
        pages += [(-row[value], row["portfolio_id"]) for row in page["portfolios"]]
        target = page["next"]
    assert len(pages) == 3
    assert pages == sorted(pages)


def test_a_page_after_a_portfolio_that_is_gone_is_refused(traded: Client) -> None:
    answer = traded.get("/portfolios?sort=name&cursor=99")
    assert (answer.status, answer.json["code"]) == (404, "portfolio_not_found")


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("/portfolios?status=gone", "status"),
        ("/portfolios?sort=tag", "sort"),
        ("/portfolios?cursor=x", "cursor"),
        ("/portfolios/1/trades?cursor=12", "cursor"),
        ("/portfolios/1/trades?cursor=99999999999999999-1", "cursor"),
        ("/portfolios/1/trades?status=running", "status"),
        ("/portfolios/1/trades?from=2026-03-01", "from"),
        ("/portfolios/1/trades?from=2026-03-01T12:00:00", "from"),
        ("/portfolios/1/trades?since=2026-03-01T12:00:00Z", "since"),
        ("/portfolios/1/exits?kind=sold", "kind"),
        ("/portfolios/1/ledger?kind=tip", "kind"),
        ("/portfolios/1/signals?status=open", "status"),
        ("/portfolios/1/positions?market_id=%00", "market_id"),
        ("/portfolios/1/positions?cursor=9223372036854775808", "cursor"),
    ],
)
def test_what_is_no_page_is_refused_by_name(offline: Client, target: str, field: str) -> None:
    answer = offline.get(target)
    assert answer.status == 422, answer.text
    assert list(answer.rules) == [field]


@pytest.mark.parametrize("path", [path for path in LISTS if "/portfolios/1/" in path])
def test_the_list_of_an_unknown_portfolio(traded: Client, path: str) -> None:
    answer = traded.get(path.replace("/1/", "/99/"))
    assert (answer.status, answer.json["code"]) == (404, "portfolio_not_found")
