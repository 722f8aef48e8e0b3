"""GET /portfolios/{portfolio_id}/equity, /history and /performance, and /portfolios/compare."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.usecases import research
from prescient.usecases.research import ResearchRequest
from tests.api.client import BECAUSE, Client, sample
from tests.builders import NOON


def trade(client: Client, days: int = 3) -> None:
    """Two portfolios that buy, a deposit, and a price update a day."""
    client.create()
    client.create(name="Two")
    client.world.run_cycle()
    client.world.clock.pass_time(hours=1)
    client.post("/portfolios/1/deposit", {"amount": 500, **BECAUSE})
    for day in range(days):
        client.world.clock.pass_time(days=1)
        client.world.reprice(f"0.{78 + day}", f"0.{79 + day}")


def test_equity_is_paged_newest_first(client: Client) -> None:
    trade(client)
    whole = client.get("/portfolios/1/equity").json
    assert whole["next"] is None
    points = whole["points"]
    assert [point["flow"] for point in points[3:5]] == [D("500.00"), D("0.00")]
    assert points[3]["equity"] - points[4]["equity"] == 500
    assert points[3]["timestamp"] == points[4]["timestamp"]
    pages, target = [], "/portfolios/1/equity?limit=2"
    while target:
        page = client.get(target).json
        pages += page["points"]
        target = page["next"]
    assert pages == points
    since = (NOON + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(f"/portfolios/1/equity?from={since}").json["points"] == points[:3]
    assert client.get(f"/portfolios/1/equity?to={since}").json["points"] == points[3:]


def test_history_has_each_day_newest_first(client: Client) -> None:
    trade(client)
    whole = client.get("/portfolios/1/history").json["days"]
    assert [day["snapshot_date"] for day in whole] == [f"2026-03-0{day}" for day in (4, 3, 2, 1)]
    first = client.get("/portfolios/1/history?limit=3").json
    rest = client.get(first["next"]).json
    assert first["days"] + rest["days"] == whole
    assert rest["next"] is None
    assert client.get("/portfolios/1/history?from=2026-03-03").json["days"] == whole[:2]


def test_performance_says_when_it_was_calculated(client: Client) -> None:
    trade(client)
    before = client.get("/portfolios/1/performance").json
    assert (before["calculated_at"], before["metrics"]) == (None, None)
    research.run(ResearchRequest(), client.world.context)
    answer = client.get("/portfolios/1/performance")
    assert answer.status == 200
    assert answer.json["calculated_at"] == client.world.clock.now.isoformat()
    metrics = answer.json["metrics"]
    assert metrics["days"] == 4
    assert metrics["sharpe_ratio"] is None
    assert metrics["reasons"]["sharpe_ratio"] == {
        "code": "too_few_days",
        "message": "There are fewer than 30 daily returns.",
    }
    shown = client.get("/portfolios/1").json["portfolio"]
    assert answer.json["attribution"]["total"] == shown["total_profit_loss"]


def test_metrics_as_a_table(client: Client) -> None:
    trade(client)
    target, accept = "/portfolios/1/performance", {"accept": "text/csv"}
    assert client.get(target, headers=accept).text == "metric,value,reason\r\n"
    research.run(ResearchRequest(), client.world.context)
    metrics = client.get(target).json["metrics"]
    table = client.get(target, headers=accept).text
    lines = {line["metric"]: line for line in csv.DictReader(io.StringIO(table, newline=""))}
    assert lines.keys() == metrics.keys() - {"reasons"}
    assert (lines["days"]["value"], lines["sharpe_ratio"]["value"]) == ("4", "")
    assert lines["sharpe_ratio"]["reason"] == "There are fewer than 30 daily returns."
    assert lines["fees"]["value"] == str(metrics["fees"])


def test_two_are_compared_in_a_sentence(client: Client) -> None:
    trade(client, days=12)
    answer = client.send(sample("compare_portfolios"))
    assert answer.status == 200
    (pair,) = answer.json["pairs"]
    assert (pair["first_id"], pair["second_id"], pair["days"]) == (1, 2, 12)
    assert pair["sentence"]
    assert [row["name"] for row in answer.json["portfolios"]] == ["One", "Two"]
    assert client.send(sample("compare_portfolios")).json == answer.json


def test_of_many_only_what_counts_all_trials_is_shown(client: Client) -> None:
    client.create(name="By lot", strategy_type="random")
    trade(client, days=2)
    answer = client.get("/portfolios/compare?ids=1,2,3").json
    assert len(answer["pairs"]) == 3
    assert all(pair["told"] is None and pair["sentence"] is None for pair in answer["pairs"])
    assert answer["benchmark_id"] == 1


def test_a_twin_is_compared_by_itself_among_many(client: Client) -> None:
    changed = {"key": "strategy_config.min_confidence", "value": 0.9}
    client.create(name="Original")
    assert (
        client.post("/portfolios/1/clone", {"name": "Twin", "changed": changed, **BECAUSE}).status
        == 200
    )
    client.create(name="By lot", strategy_type="random")
    trade(client, days=12)
    answer = client.get("/portfolios/compare?ids=1,2,3").json
    twins, *others = answer["pairs"]
    assert (twins["first_id"], twins["second_id"], twins["is_of_twins"]) == (1, 2, True)
    assert twins["twin_key"] == "strategy_config.min_confidence"
    assert twins["sentence"]
    assert [pair["sentence"] for pair in others] == [None, None]
    assert not any(pair["is_of_twins"] for pair in others)


def test_the_comparison_as_a_table(client: Client) -> None:
    """Each beside the benchmark, and each two; the numbers are those of the JSON."""
    client.create(name="By lot", strategy_type="random")
    trade(client, days=2)
    for day in range(12):
        client.world.clock.pass_time(days=1)
        client.world.reprice(f"0.{60 + day * 7 % 25}", f"0.{61 + day * 7 % 25}")
    path = "/portfolios/compare?ids=1,2"
    answer, table = client.get(path).json, client.get(path, headers={"accept": "text/csv"})
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert [(line["name"], line["beside"]) for line in lines] == [
        ("By lot", ""), ("One", "By lot"), ("By lot", "One"),
    ]  # fmt: skip
    for line, own in zip(lines, answer["portfolios"], strict=False):
        assert D(line["return_all_time"]) == own["return_all_time"]
    [pair] = answer["pairs"]
    assert (lines[2]["verdict"], lines[2]["days"]) == (pair["verdict"], str(pair["days"]))
    assert pair["told"] is not None
    for name, key in (("difference", "mean"), ("low", "low"), ("high", "high")):
        assert D(lines[2][name]) == pair["told"][key]


@pytest.mark.parametrize(
    ("target", "status", "field"),
    [
        ("/portfolios/compare?ids=1", 422, "ids"),
        ("/portfolios/compare?ids=1,1", 422, "ids"),
        ("/portfolios/compare?ids=1,x", 422, "ids"),
        ("/portfolios/compare?ids=" + ",".join(map(str, range(1, 22))), 422, "ids"),
        ("/portfolios/compare", 422, "ids"),
        ("/portfolios/compare?ids=1,99", 404, None),
        ("/portfolios/99/equity", 404, None),
        ("/portfolios/99/history", 404, None),
        ("/portfolios/99/performance", 404, None),
        ("/portfolios/1/equity?cursor=abc", 422, "cursor"),
        ("/portfolios/1/equity?cursor=9999999999999999-999999999", 200, None),
        ("/portfolios/1/equity?from=yesterday", 422, "from"),
        ("/portfolios/1/equity?limit=1001", 422, "limit"),
        ("/portfolios/1/history?cursor=2026-13-01", 422, "cursor"),
    ],
)
def test_what_is_no_page_is_refused_by_name(
    client: Client, target: str, status: int, field: str | None
) -> None:
    client.create()
    answer = client.get(target)
    assert answer.status == status, answer.json
    if field:
        details: list[dict[str, Any]] = answer.json["details"]
        assert field in details[0]["field"]
