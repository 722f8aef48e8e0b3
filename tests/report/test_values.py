"""Every value of the page is the API's, and what a reader sees of it is its rounding."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.report.reading import Ask, Reading
from tests.report.elements import Page, Value, at

_NUMBER = re.compile(r"^([+−]?)\$?([\d,]+(?:\.\d+)?)(%?)$")
_UNITS = {" hours": 3600, " days": 86400}


@pytest.fixture(scope="module")
def found(html: str) -> Page:
    return Page(html)


def test_every_value_stands_in_the_answer_that_it_names(
    found: Page, reading: Reading, ask: Ask
) -> None:
    documents: dict[str, Any] = {
        f"curve:{shown.curve.portfolio_id}": shown.curve.document()
        for shown in reading.shown
        if shown.curve
    }
    for value in found.values:
        if value.path not in documents:
            documents[value.path] = ask(value.path)
        assert at(documents[value.path], value.pointer) == value.raw, value
    prefixes = {re.sub(r"\d+", "N", path.partition("?")[0]) for path in documents}
    assert prefixes == {
        "curve:N",
        "/portfolios/N",
        "/portfolios/N/performance",
        "/portfolios/N/scorecard",
        "/portfolios/compare",
        "/trading/cycles/N",
    }


def test_what_a_reader_sees_is_the_rounded_value(found: Page) -> None:
    numbers = [value for value in found.values if isinstance(value.raw, int | float)]
    assert len(numbers) > 200
    for value in numbers:
        assert _is_rounded(value), value


def _is_rounded(value: Value) -> bool:
    unit = next((seconds for name, seconds in _UNITS.items() if value.text.endswith(name)), 1)
    text = value.text.removesuffix(" hours").removesuffix(" days")
    match = _NUMBER.match(text)
    assert match, value
    sign, digits, percent = match.groups()
    shown = Decimal(digits.replace(",", "")) * (-1 if sign == "−" else 1)
    step = Decimal(1).scaleb(-len(digits.partition(".")[2]))
    exact = Decimal(value.raw) * (100 if percent else 1) / unit
    return abs(exact - shown) <= step / 2 + Decimal("1e-9")


def test_no_number_of_a_table_stands_beside_its_value(found: Page) -> None:
    """But for reasons, which are footnotes, and the words between two values."""
    assert not [text for text in found.bare if re.search(r"\d", text)]


def test_what_is_null_is_a_dash_with_its_reason(found: Page, html: str) -> None:
    nulls = [value for value in found.values if value.raw is None]
    assert nulls
    assert {value.text for value in nulls} == {"–"}
    assert "<sup>1</sup>" in html
    assert "No position has closed" in html


def test_curves_end_where_the_metrics_are(reading: Reading) -> None:
    for shown in reading.shown:
        metrics, curve = shown.performance["metrics"].raw, shown.curve
        assert curve is not None
        assert curve.index[-1] - 1 == pytest.approx(metrics["return_all_time"], abs=1e-12)
        assert max(curve.drawdown) == pytest.approx(metrics["max_drawdown"] or 0, abs=1e-12)
        assert curve.drawdown[-1] == pytest.approx(metrics["present_drawdown"], abs=1e-12)
        assert curve.days[-1] == date.fromisoformat(metrics["last_day"])
        months = math.prod(1 + month.rate for month in curve.months)
        assert months - 1 == pytest.approx(metrics["return_all_time"], abs=1e-12)


def test_curves_without_flows_are_the_days_of_the_history(reading: Reading, ask: Ask) -> None:
    (_, twin, _) = reading.shown
    days = ask(f"/portfolios/{twin.portfolio['portfolio_id'].raw}/history?limit=200")["days"]
    assert twin.curve is not None
    worth = {date.fromisoformat(day["snapshot_date"]): day["total_value"] for day in days}
    for day, index in zip(twin.curve.days[1:], twin.curve.index[1:], strict=True):
        assert index == pytest.approx(worth[day] / 10_000, abs=1e-12)


def test_flows_are_those_of_the_equity_points(reading: Reading, ask: Ask) -> None:
    (first, twin, _) = reading.shown
    assert first.curve is not None
    assert twin.curve is not None
    points = ask(f"/portfolios/{first.portfolio['portfolio_id'].raw}/equity?limit=200")["points"]
    flows = {(point["timestamp"][:10], point["flow"]) for point in points if point["flow"]}
    assert flows == {(flow.day.isoformat(), float(flow.amount)) for flow in first.curve.flows}
    assert {amount for _, amount in flows} == {500.0, -200.0}
    assert twin.curve.flows == []


def test_twins_are_compared_each_by_itself(reading: Reading, html: str) -> None:
    (pair,) = reading.pairs
    assert (pair["first_id"].raw, pair["second_id"].raw) == (1, 2)
    assert (pair["is_of_twins"].raw, pair["twin_key"].raw) == (
        True,
        "strategy_config.stop_loss_percentage",
    )
    assert "Two" in pair["sentence"].raw
    assert reading.comparison is not None
    others = [row for row in reading.comparison["pairs"].raw if not row["is_of_twins"]]
    assert [(row["sentence"], row["told"]) for row in others] == [(None, None)] * 2
    assert "p, adjusted" in html
    assert "they began to differ in" in html


def test_markets_and_events_that_are_no_longer_held_have_their_names(html: str) -> None:
    section = html[html.index('id="attribution"') : html.index('id="calibration"')]
    assert not re.search(r">(market|event)? ?(m2|e2)<", section)


def _texts(html: str, start: str, end: str) -> Iterator[str]:
    section = html[html.index(start) : html.index(end)]
    return (text.strip() for text in re.findall(r">([^<]+)<", section) if text.strip())


def test_every_section_has_something_to_show(html: str) -> None:
    ids = re.findall(r'<section id="(\w+)">', html)
    assert ids == [
        "words",
        "curves",
        "comparison",
        "scorecards",
        "metrics",
        "months",
        "attribution",
        "calibration",
        "correlation",
        "positions",
        "funnel",
    ]
    for start, end in zip(ids, [*ids[1:], None], strict=True):
        shown = list(_texts(html, f'id="{start}"', f'id="{end}"' if end else "</main>"))
        assert len(shown) > 2, start
