"""Every list in pages: they follow each other, keep what was asked for, and have bounds."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from operations.openapi import DOCUMENT
from prescient.api.requests.values import LARGEST_BIGINT
from tests.api.client import Client
from tests.api.lists import LISTS, each_list, rows

WHEN = "2026-01-01T00:00:00%2B00:00"
EXTREMES = [
    "from=0001-01-01T00:00:00%2B14:00",
    "to=9999-12-31T23:59:59-14:00",
    f"from={WHEN}&to=0001-01-01T00:00:00Z",
    "from=0001-01-01",
    "to=9999-12-31",
    "cursor=9223372036854775807",
    f"cursor={LARGEST_BIGINT}",
    "cursor=2147483648",
    "cursor=0",
    "cursor=9999999999999999-999999999999999999",
    "cursor=9999-12-31",
    "cursor=~",
    "limit=1000&cursor=1",
    "market_id=~%27%22%3B",
]


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
def test_the_longest_page_is_bounded(traded: Client, path: str) -> None:
    assert traded.get(f"{path}?limit=1000").status == 200
    assert traded.get(f"{path}?limit=1001").rules.keys() == {"limit"}


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


@pytest.mark.parametrize("sort", ["name", "-total_value", "-total_profit_loss"])
@pytest.mark.parametrize("cursor", [99, 2**31, LARGEST_BIGINT])
def test_a_page_after_a_portfolio_that_is_gone_is_refused(
    traded: Client, sort: str, cursor: int
) -> None:
    answer = traded.get(f"/portfolios?sort={sort}&cursor={cursor}")
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
