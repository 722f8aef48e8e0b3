"""The last screen of a run: a ranking, trades with their reasons, a sentence, and commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal as D

import pytest
from rich.console import Console

from local.demo.console import terminal
from local.demo.results import Purchase, Results, TradeCounts
from local.demo.summary import lesson, summary
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.portfolios import PortfolioRow
from tests.docs.pages import ROOT
from tests.local.test_report import PORTFOLIO

GAIN = Purchase(
    portfolio_id=PortfolioId(2),
    portfolio="Mean reversion",
    market_id="605700",
    market="Will the Northern Harbour Line open before the end of the second quarter of 2026?",
    action="buy_no",
    entry_price=D("0.430000"),
    reason="NO at 0.43 stands 2.31 deviations below its mean of 0.52 over 168 h",
    legs=1,
    pnl=D("1091.19"),
    mark=None,
    exit_kind="settlement",
    exit_price=D("1.000000"),
)
STILL_OPEN = replace(
    GAIN, market_id="601900", pnl=D("-3.10"), exit_kind=None, exit_price=None, mark=D("0.41")
)
GROUP = replace(GAIN, pnl=D("-9.50"), legs=4, market="Next mayor", exit_kind="manual")


def _portfolio(name: str, strategy_type: str, profit: str, place: int) -> PortfolioRow:
    return PORTFOLIO._replace(
        portfolio_id=PortfolioId(place),
        name=name,
        strategy_type=strategy_type,
        total_profit_loss=D(profit),
        max_drawdown=D("1234.50"),
    )


RANDOM = _portfolio("Random", "random", "-10.00", 1)
MOMENTUM = _portfolio("Momentum", "momentum", "-20.00", 2)
HYBRID = _portfolio("[Hybrid]", "hybrid", "1500.50", 3)
COUNTS = {PortfolioId(3): TradeCounts(PortfolioId(3), 42, 20, 16, 6)}


def _shown(
    portfolios: Sequence[PortfolioRow] = (RANDOM, MOMENTUM, HYBRID),
    extremes: Sequence[Purchase] = (GAIN, STILL_OPEN, GROUP),
    width: int = 60,
) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(*summary(portfolios, COUNTS, extremes))
    return capture.get()


def test_the_portfolios_are_ranked_by_their_return() -> None:
    lines = [line.split() for line in _shown().splitlines()]
    ranked = [line for line in lines if line and line[0] in ("[Hybrid]", "Random", "Momentum")]
    assert ranked == [
        ["[Hybrid]", "+15.00%", "$1,234.50", "42", "20", "16", "6"],
        ["Random", "-0.10%", "$1,234.50", "0", "0", "0", "0"],
        ["Momentum", "-0.20%", "$1,234.50", "0", "0", "0", "0"],
    ]


def test_a_trade_has_its_market_its_reason_and_its_end() -> None:
    shown = " ".join(_shown().split())
    best, worst = shown.split("Best trades")[1].split("Worst trades")
    assert "+1,091.19 Mean reversion bought NO at 0.43, settled at 1 Will the" in best
    assert f"{GAIN.market} Why: {GAIN.reason}" in best
    assert worst.index("bought 4 legs, closed by hand Next mayor") < worst.index(
        "still open at 0.41"
    )


def test_sixty_columns_are_enough() -> None:
    shown = _shown()
    assert max(map(len, shown.splitlines())) <= 60
    assert "…" not in shown


def test_where_nothing_was_bought_there_are_no_trades_to_tell() -> None:
    shown = _shown(extremes=())
    assert "Best trades" not in shown
    assert "Worst trades" not in shown
    assert "To try next" in _shown(portfolios=(), extremes=())


def test_the_market_to_ask_about_next_is_one_that_is_still_held() -> None:
    assert ".venv/bin/prescient why 2 601900" in _shown()


@pytest.mark.parametrize(
    ("ranked", "words"),
    [
        ((HYBRID, RANDOM, MOMENTUM), "1 of the other 2 did better than Random"),
        ((RANDOM, MOMENTUM), "0 of the other 1 did better than Random"),
        ((HYBRID, MOMENTUM), "[Hybrid] did best; beside no portfolio of the strategy random"),
    ],
)
def test_one_sentence_says_what_the_table_shows(ranked: Sequence[PortfolioRow], words: str) -> None:
    said = lesson(ranked)
    assert said.startswith(words)
    assert said.endswith(".")


def test_where_nobody_traded_nobody_did_better() -> None:
    console = Console(width=60)
    with console.capture() as capture:
        console.print(*summary([RANDOM, MOMENTUM], {}, []))
    assert "No portfolio has traded" in capture.get()
    assert "did better" not in capture.get()


def test_what_to_try_next_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"^ make ([a-z-]+)", _shown().split("To try next")[1], re.MULTILINE)
    assert named == ["serve", "run"]
    assert set(named) <= set(targets)


def test_a_database_without_trades_has_no_extremes(database_url: str) -> None:
    results = Results(database_url)
    assert (results.trade_counts(), results.extremes(2)) == ({}, [])
    results.close()


def test_a_pipe_has_the_width_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert terminal().width == 60
    monkeypatch.delenv("COLUMNS")
    assert terminal().width > 80
