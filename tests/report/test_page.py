"""The page itself: harmless, alone, small, and about the portfolios that were asked for."""

from __future__ import annotations

import copy
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.demo.comparison import compared
from local.report.curves import Curve
from local.report.page import page
from local.report.reading import MOST_PORTFOLIOS, Ask, Reading, Shown, read
from local.report.traced import Traced
from local.report.words import ranking_sentence
from operations import report
from prescient.core.errors import InvalidRequest
from tests.report.conftest import BY_LOT, HARMFUL
from tests.report.elements import Page
from tests.world import World

_MEGABYTE = 1024 * 1024


def test_text_of_others_is_text(html: str) -> None:
    found = Page(html)
    assert html.count("&lt;script&gt;document.title") >= 3  # a name, a question, a sentence
    assert found.tags.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert not {name for name, _ in found.attributes if name.startswith("on")}
    assert HARMFUL not in html


def test_the_page_asks_no_network(html: str) -> None:
    found = Page(html)
    assert {value[0] for name, value in found.attributes if name == "href"} == {"#"}
    assert not {name for name, _ in found.attributes if name in {"src", "srcset", "xlink:href"}}
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in html
    assert "url(" not in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html


def test_the_same_reading_gives_the_same_page(reading: Reading, html: str) -> None:
    assert page(reading) == html


def test_twenty_portfolios_of_a_year_stay_below_five_megabytes(reading: Reading) -> None:
    written = page(_large(reading))
    assert written.count("<article") >= MOST_PORTFOLIOS * 3
    assert 'class="series s9 dashed"' in written
    assert len(written.encode()) < 5 * _MEGABYTE


def _large(reading: Reading) -> Reading:
    """The reading with its portfolios repeated, full, and all but the first twins of the first."""
    base = reading.shown[0]
    shown = [_full(base, number) for number in range(1, MOST_PORTFOLIOS + 1)]
    assert reading.comparison is not None
    compared_ = copy.deepcopy(reading.comparison.raw)
    row, (pair, other, *_) = compared_["portfolios"][0], compared_["pairs"]
    ids = range(1, MOST_PORTFOLIOS + 1)
    compared_["portfolios"] = [row | {"portfolio_id": number} for number in ids]
    compared_["pairs"] = [
        (pair if first == 1 else other) | {"first_id": first, "second_id": second}
        for first in ids
        for second in ids
        if first < second
    ]
    comparison = Traced(compared_, reading.comparison.path)
    return Reading(shown, comparison, reading.cycle, 3)


def _full(base: Shown, number: int) -> Shown:
    portfolio = base.portfolio.raw | {"portfolio_id": number}
    position = _position(portfolio)
    portfolio["positions"] = [position] * 50
    performance = copy.deepcopy(base.performance.raw)
    attribution = performance["attribution"]
    part = {"key": "a-market-id-of-a-usual-length", "name": "Is it so? " * 9, "pnl": -1234.56}
    attribution["views"] = {
        view: [part | {"key": f"{part['key']}{place}"} for place in range(50)]
        for view in attribution["views"]
    }
    first = date(2026, 1, 1)
    index = [1 + 0.3 * ((day * 37 * number) % 101) / 101 for day in range(366)]
    curve = Curve(
        portfolio_id=number,
        days=[first + timedelta(days=day) for day in range(366)],
        index=index,
        drawdown=[value / 10 for value in index],
        flows=base.curve.flows if base.curve else [],
        months=base.curve.months if base.curve else [],
    )
    return Shown(
        Traced(portfolio, f"/portfolios/{number}"),
        Traced(performance, f"/portfolios/{number}/performance"),
        base.scorecard,
        curve,
    )


def _position(portfolio: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = next(iter(portfolio["positions"]), _SOLD)
    return held


_SOLD = {
    "market_id": "512345",
    "market_question": "Will the price of it be above 100,000 dollars on the last day of May?",
    "flag": None,
    "action": "buy_yes",
    "shares": 128.5,
    "entry_price": 0.775,
    "mark_price": 0.8,
    "cost_basis": 100.0,
    "current_pnl": 2.8,
}


@pytest.mark.parametrize(("wanted", "names"), [("Two", ["Two"]), (f"{BY_LOT}, 2", [BY_LOT, "Two"])])
def test_portfolios_are_chosen_by_id_or_name(
    world: World, ask: Ask, wanted: str, names: list[str]
) -> None:
    chosen = read(ask, world.context.database, wanted)
    assert [shown.portfolio["name"].raw for shown in chosen.shown] == names
    assert (chosen.comparison is None) == (len(names) == 1)
    assert len(chosen.pairs) == len(names) - 1
    assert "Open positions" in page(chosen)


def test_a_portfolio_that_is_not_there_is_named(world: World, ask: Ask) -> None:
    with pytest.raises(InvalidRequest, match="PORTFOLIOS: no portfolio has the id or name 'Four'"):
        read(ask, world.context.database, "2,Four")


def _answer(*p_values: float | None, benchmark: int | None = 9) -> dict[str, Any]:
    names = [*"ABC"][: len(p_values)]
    rows = [
        {"portfolio_id": number, "name": name, "adjusted_p": p}
        for number, (name, p) in enumerate(zip(names, p_values, strict=True))
    ]
    rows.append({"portfolio_id": 9, "name": "Random", "adjusted_p": None})
    return {"benchmark_id": benchmark, "portfolios": rows}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "One portfolio alone shows nothing of luck."),
        (_answer(0.2, benchmark=None), "None of these buys at random"),
        (_answer(None, None), "too few days yet to tell any of them from Random"),
        (_answer(0.051, 0.9), "None of them is ahead of Random"),
        (_answer(0.05, 0.9), "A is ahead of Random"),
        (_answer(0.01, 0.9, 0.02), "A and C are ahead of Random"),
        (_answer(0.01, 0.03, 0.02), "A, B and C are ahead of Random"),
    ],
)
def test_the_sentence_counts_all_trials(answer: dict[str, Any] | None, sentence: str) -> None:
    assert sentence in ranking_sentence(answer)


def test_the_terminal_tells_the_same(reading: Reading) -> None:
    table, by_themselves, told = compared(reading)
    assert "Compared by themselves" in str(getattr(by_themselves, "title", ""))
    assert reading.pairs[0]["sentence"].raw in str(told)
    assert "Beside the benchmark" in str(getattr(table, "title", ""))


def test_make_report_writes_the_page_as_of_the_newest_prices(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert report.main([f"DATABASE_URL={world.database_url}", "PORTFOLIOS=Two,3"]) == 0
    assert ".local/report.html" in capsys.readouterr().out
    written = Path(".local/report.html").read_text("utf-8")
    assert f"as of {world.clock.now:%Y-%m-%d %H:%M} UTC" in re.sub(r"<[^>]+>", "", written)
    assert report.main([f"DATABASE_URL={world.database_url}", "PORTFOLIOS=7"]) == 2
    assert "PORTFOLIOS: no portfolio has the id or name '7'" in capsys.readouterr().err
