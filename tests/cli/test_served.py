"""The commands against a real `make serve`; each test makes the portfolios that it needs."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Prescient, Ran

# It needs hours of history that a new database does not have, so that the schedules change nothing.
QUIET = "mean_reversion"
TRADER = "momentum"


def _made(prescient: Prescient, name: str, *options: str, strategy: str = QUIET) -> dict[str, Any]:
    """A portfolio as the API shows it."""
    created = prescient(
        "portfolio", "create", name, "--strategy", strategy, "--balance", "10000", *options
    )
    assert (created.code, created.err) == (0, "")
    return _portfolio(prescient, name)


def _portfolio(prescient: Prescient, name: str) -> dict[str, Any]:
    shown: dict[str, Any] = _json(prescient("portfolio", "show", name, "--json"))["portfolio"]
    return shown


def _json(ran: Ran) -> dict[str, Any]:
    assert (ran.code, ran.err) == (0, "")
    body: dict[str, Any] = json.loads(ran.out)
    return body


def test_what_is_typed_is_what_the_portfolio_has(prescient: Prescient) -> None:
    made = _made(
        prescient, "Careful", "--set", "min_confidence=0.6", "--set", "stop_loss_percentage=0.2",
        "--max-position-size", "1,000.50", "--tag", "first", "--tag", "second",
    )  # fmt: skip
    assert made["strategy_config"] == {"min_confidence": 0.6, "stop_loss_percentage": 0.2}
    assert made["max_position_size"] == 1000.5
    assert made["tags"] == ["first", "second"]
    assert "Careful" in prescient("portfolio", "list").out
    assert "1,000.50" in prescient("portfolio", "show", "Careful").out


def test_a_portfolio_is_found_by_its_name_in_any_case_and_by_its_id(prescient: Prescient) -> None:
    made = _made(prescient, "By name")
    assert _portfolio(prescient, "BY NAME") == made
    assert _portfolio(prescient, str(made["portfolio_id"])) == made
    unknown = prescient("portfolio", "show", "Nowhere")
    assert unknown.code == 1
    assert "no portfolio is named 'Nowhere'" in unknown.err
    assert "portfolio_not_found" in prescient("portfolio", "show", "999999").err


def test_an_edit_changes_what_is_named_and_leaves_the_rest(prescient: Prescient) -> None:
    _made(prescient, "Edited", "--set", "min_confidence=0.6", "--set", "min_volume=5000",
          "--max-position-size", "500")  # fmt: skip
    edited = prescient(
        "portfolio", "edit", "Edited", "--set", "min_confidence=0.7", "--unset", "min_volume",
        "--max-position-size", "none", "--description", "edited",
    )  # fmt: skip
    assert (edited.code, edited.err) == (0, "")
    now = _portfolio(prescient, "Edited")
    assert now["strategy_config"] == {"min_confidence": 0.7}
    assert now["max_position_size"] is None
    assert now["description"] == "edited"
    assert "min_volume" in prescient("portfolio", "diff", "Edited").out
    late = prescient("portfolio", "edit", "Edited", "--set", "min_volume=1", "--if-version", "1")
    assert (late.code, "version_conflict" in late.err) == (1, True)


def test_a_refusal_says_its_code_and_every_rule(prescient: Prescient) -> None:
    refused = prescient(
        "portfolio", "create", "Wrong", "--strategy", "momentum", "--balance", "10.001",
        "--max-positions", "0",
    )  # fmt: skip
    assert (refused.code, refused.out) == (1, "")
    assert "\n  initial_balance: must have at most two decimals\n" in refused.err
    assert "\n  max_positions: " in refused.err
    assert prescient("portfolio", "create", "Wrong").code == 2


def test_a_file_has_the_fields_and_the_options_win(prescient: Prescient, tmp_path: Any) -> None:
    file = tmp_path / "portfolio.json"
    file.write_text(
        '{"name": "From a file", "strategy_type": "random", "initial_balance": 5,'
        ' "strategy_config": {"min_confidence": 0.5, "min_volume": 1}}'
    )
    given = ("--file", str(file), "--balance", "7.25", "--set", "min_volume=2")
    assert prescient("portfolio", "create", *given).code == 0
    made = _portfolio(prescient, "From a file")
    assert made["initial_balance"] == 7.25
    assert made["strategy_config"] == {"min_confidence": 0.5, "min_volume": 2}


def test_a_status_changes_with_its_reason(prescient: Prescient) -> None:
    _made(prescient, "Paused")
    assert "paused" in prescient("portfolio", "pause", "Paused", "--reason", "holidays").out
    assert _portfolio(prescient, "Paused")["status_reason"] == "holidays"
    assert prescient("portfolio", "reactivate", "Paused", "--reason", "back").code == 0
    assert prescient("portfolio", "pause", "Paused").code == 2
    archived = prescient("portfolio", "archive", "Paused", "--reason", "over", "--yes")
    assert "archived" in archived.out


def test_twins_differ_in_one_key(prescient: Prescient) -> None:
    _made(prescient, "Original", "--set", "min_confidence=0.6")
    cloned = prescient(
        "portfolio", "clone", "Original", "Twin", "--set", "min_confidence=0.7", "--reason", "surer"
    )
    assert (cloned.code, cloned.err) == (0, "")
    told = prescient("portfolio", "diff", "Original", "Twin").out
    assert "min_confidence" in told
    assert "0.7" in told
    [difference] = json.loads(prescient("portfolio", "diff", "Original", "Twin", "--json").out)[
        "differences"
    ]
    assert difference == {
        "key": "min_confidence",
        "before": 0.6,
        "after": 0.7,
        "is_named_before": True,
        "is_named_after": True,
    }


def test_what_destroys_asks_first(prescient: Prescient) -> None:
    _made(prescient, "A mistake")
    asked = prescient("portfolio", "delete", "A mistake")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert prescient("portfolio", "delete", "A mistake", "--yes").code == 0
    assert prescient("portfolio", "show", "A mistake").code == 1
    assert prescient("pause-all", "--reason", "x").code == 2


def test_a_cycle_is_run_and_shown(prescient: Prescient) -> None:
    _made(prescient, "Trader", "--set", "min_volume=5000", strategy=TRADER)
    ran = prescient("cycle", "run", "Trader")
    assert (ran.code, ran.err) == (0, "")
    assert "completed" in ran.out
    everyone = prescient("cycle", "run")
    assert "0 failed" in everyone.out
    newest = _json(prescient("cycle", "show", "--json"))["cycle"]["cycle_id"]
    assert f"Cycle {newest}" in prescient("cycle", "watch", str(newest)).out
    assert prescient("cycle", "show", "999999").code == 1


def test_cash_moves_to_the_cent(prescient: Prescient) -> None:
    _made(prescient, "Giver")
    _made(prescient, "Taker")
    moved = prescient("transfer", "Giver", "Taker", "250.50", "--reason", "more for it")
    assert (moved.code, moved.err) == (0, "")
    assert "9,749.50" in moved.out
    assert "10,250.50" in moved.out
    assert prescient("transfer", "Giver", "Taker", "1e9", "--reason", "all").code == 1
    assert prescient("transfer", "Giver", "Taker", "much", "--reason", "all").code == 2


def test_the_books_agree_and_portfolios_are_judged(prescient: Prescient) -> None:
    _made(prescient, "First")
    _made(prescient, "Second")
    assert "agrees" in prescient("reconcile").out
    assert prescient("performance", "First").code == 0
    assert "Second" in prescient("compare", "First", "Second").out
    assert "real money" in prescient("scorecard", "First").out


def test_all_are_paused_and_trade_again(prescient: Prescient) -> None:
    _made(prescient, "One of all")
    assert "paused" in prescient("pause-all", "--reason", "drill", "--yes").out
    assert _portfolio(prescient, "One of all")["status"] == "paused"
    assert "trade again" in prescient("reactivate-all", "--reason", "over").out
    assert _portfolio(prescient, "One of all")["status"] == "active"


def test_the_record_is_read_in_pages_and_exported_whole(prescient: Prescient) -> None:
    _made(prescient, "Recorded", "--set", "min_volume=5000", strategy=TRADER)
    assert prescient("cycle", "run", "Recorded").code == 0
    assert "YES" in prescient("positions", "Recorded").out
    assert prescient("positions", "Recorded", "--status", "closed").out == "No open position.\n"
    first = prescient("trades", "Recorded", "--limit", "1")
    assert first.err.startswith("There are more: --cursor ")
    cursor = first.err.split()[-1]
    second = prescient("trades", "Recorded", "--limit", "1", "--cursor", cursor)
    assert second.out != first.out
    exported = prescient("export", "Recorded", "trades").out.splitlines()
    count = _portfolio(prescient, "Recorded")["trade_count"]
    assert count > 1
    assert (len(exported), exported[0].count("trade_id")) == (count + 1, 1)
    assert prescient("export", "Recorded", "secrets").code == 1
    assert "executed" in prescient("signals", "Recorded").out
    traded = _json(prescient("trades", "Recorded", "--json"))["trades"][0]["market_id"]
    explained = prescient("why", "Recorded", traded)
    assert (explained.code, "executed" in explained.out) == (0, True)
    assert prescient("why", "Recorded", "0").code == 1
    assert "Recorded" in prescient("exposure", traded).out
    assert prescient("exits", "Recorded", "--kind", "stop_loss").out == "No exit.\n"
    assert "positions marked" in prescient("prices", "update").out


def test_the_doctor_says_what_it_found(prescient: Prescient) -> None:
    well = prescient("doctor")
    assert "may read, trade, admin" in well.out
    assert "every number agrees" in well.out
    findings = json.loads(prescient("doctor", "--json").out)
    found = {finding["subject"]: finding for finding in findings}
    assert found["schema"]["state"] == "ok"
    unwell = prescient("doctor", "--token", "worthless")
    assert (unwell.code, "Not well: token" in unwell.err) == (1, True)
    assert "prescient login" in unwell.out
