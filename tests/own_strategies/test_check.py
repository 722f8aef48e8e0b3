"""`make check-strategy FILE=…`: a readable verdict, and the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.strategy_check import __main__ as check_strategy
from operations.strategy_check.checks import verdicts
from operations.strategy_check.situations import situations
from operations.strategy_check.source import impurities
from tests.own_strategies.modules import YES_TO_ALL, module

EVERY_OTHER_TIME = "_calls = []\n"
PICKED_FROM_A_SET = """names = {candidate.market_id for candidate in candidates}
    first = next(iter(names), None)
    return [
        Opinion(candidate, Outcome.YES, Decimal("0.8"), None, "it came first")
        for candidate in candidates
        if candidate.market_id == first
    ]"""

BAD = {
    "imports": ("import os, random\n", YES_TO_ALL, "pure", "line 1: imports os: a strategy knows"),
    "loads": ("1 / 0\n", YES_TO_ALL, "loads", "raised ZeroDivisionError"),
    "answers": ("", "return [1]", "answers", "answered an int"),
    "silent": ("", "return []", "answers", "0 buys, 0 sales in 400 decisions"),
    "mutates": (
        "",
        f"[candidate.features.clear() for candidate in candidates]\n    {YES_TO_ALL}",
        "its input",
        "changed what it was given in",
    ),
    "moody": (
        EVERY_OTHER_TIME,
        f"_calls.append(1)\n    if len(_calls) % 7 == 0: return []\n    {YES_TO_ALL}",
        "deterministic",
        "decided otherwise the second time",
    ),
    "unordered": ("", PICKED_FROM_A_SET, "deterministic", "decides otherwise in another process"),
    "doubled": ("", YES_TO_ALL.replace("return", "return 2 *"), "funnel", "strategy_rule has"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_strategy_fails_where_it_is_bad(folder: Path, name: str) -> None:
    before, body, check, words = BAD[name]
    found = {verdict.check: verdict for verdict in verdicts(module(folder, name, body, before))}
    assert not found[check].holds
    assert words in found[check].words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from datetime import datetime\nx = datetime.now()", "line 2: now() asks a clock"),
        ("import time", "line 1: imports time"),
        ("from prescient.store import books", "line 1: imports prescient.store"),
        ("from prescient.corep import x", "line 1: imports prescient.corep"),
        ("from . import helpers", "line 1: imports ."),
        ("if True:\n    open('/etc/passwd')", "line 2: open() reads files"),
        ("x = hash('a')", "line 1: hash() differs from process to process"),
        ("eval('1')", "line 1: eval() runs a text"),
        ("import numpy as np", "line 1: imports numpy"),
    ],
)
def test_what_reads_waits_or_draws_is_named_with_its_line(text: str, found: str) -> None:
    [finding] = impurities(text)
    assert finding.startswith(found)


def test_what_the_core_and_mathematics_need_is_pure() -> None:
    assert impurities("import math\nfrom prescient.core.money import ONE\nx = math.log(2)") == []


def test_a_good_one_may_trade(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FILE", str(module(folder, "good")))
    monkeypatch.setenv("COLUMNS", "60")
    assert check_strategy.main() == 0
    shown = capsys.readouterr().out
    assert "FAILS" not in shown
    assert f"  make run STRATEGIES_PATH={folder}\n" in shown


@pytest.mark.parametrize(("name", "status"), [("bad", 1), (None, 2)])
def test_a_verdict_is_an_exit_status_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, status: int
) -> None:
    path = module(folder, name, "return 7") if name else folder / "nowhere.py"
    monkeypatch.setenv("FILE", str(path))
    assert check_strategy.main() == status


def test_the_situations_hold_what_strategies_live_on() -> None:
    given = situations("mine")
    assert given == situations("mine")
    views = [situation.view for situation in given]
    assert any(view.paused for view in views)
    assert any(view.positions and view.free_positions == 0 for view in views)
    assert any(view.exited_by_rule for view in views)
    shown = [candidate for situation in given for candidate in situation.candidates]
    assert any(candidate.books and candidate.neg_risk for candidate in shown)
    assert any(candidate.quote is None for candidate in shown)
    assert {bool(candidate.features) for candidate in shown} == {True, False}
