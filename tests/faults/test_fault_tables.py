"""docs/market-data.md says what happens under each fault, and here it happens.

The real client reads a real server, and the real steps store what it read. A row of the page's
tables is what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.exchange.faults import FaultKind
from local.exchange.surprises import Surprise
from local.exchange.throttling import RetryAfter
from prescient.polymarket import client, parts
from prescient.polymarket.transport import CONNECTIONS, FetchLimits
from tests.faults.faulty_exchange import dropped, faulty_exchange, without
from tests.faults.stage import BOOKS, HELD, LISTING, PATHS, PATIENT, Seen, Stage
from tests.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "market-data.md").read_text("utf-8")
WAIT = 7.0  # seconds that Retry-After asks for


@dataclass(frozen=True)
class Broken:
    """A fault of the network or the edge, and the paths at which it is shown.

    None is a reset connection, which is no fault of `local.exchange`.
    """

    fault: dict[str, Any] | None
    paths: tuple[str, ...] = PATHS
    limits: FetchLimits = PATIENT


def late(seconds: float, *paths: str, **limits: Any) -> Broken:
    return Broken({"kind": "latency", "seconds": seconds}, paths, FetchLimits(**limits))


def throttled(seconds: float, form: str, *paths: str) -> Broken:
    return Broken({"kind": "throttled", "seconds": seconds, "retry_after": form}, paths)


def failing(status: int, *paths: str, kind: str = "server_error") -> Broken:
    return Broken({"kind": kind, "status": status}, paths)


BROKEN = {
    "`latency` within the timeouts": late(0.02, *PATHS),
    "`latency` beyond the read timeout": late(0.9, HELD, read_seconds=0.5),
    "`latency` of pages beyond the deadline": late(0.5, LISTING, fetch_seconds=1.25),
    "`throttled`, Retry-After in `seconds`": throttled(WAIT, "seconds", *PATHS),
    "`throttled`, Retry-After as a `date`": throttled(WAIT, "date", HELD),
    "`throttled`, Retry-After `absent`": throttled(WAIT, "absent", HELD),
    "`throttled` beyond the deadline": throttled(3600, "seconds", *PATHS),
    "`server_error` 425": failing(425, BOOKS),
    "`server_error` 500": failing(500, HELD),
    "`server_error` 502": failing(502, HELD),
    "`server_error` 503": failing(503, *PATHS),
    "`server_error` 404 of the listing": failing(404, LISTING),
    "`server_error` 404 of ids and tokens": failing(404, BOOKS, HELD),
    "`html` with 200": failing(200, *PATHS, kind="html"),
    "`html` with 503": failing(503, HELD, kind="html"),
    "`truncated`": Broken({"kind": "truncated"}),
    "connection reset": Broken(None),
}
CHANGED: dict[str, dict[str, Any]] = {
    "`repeated_cursor`": {"kind": "repeated_cursor"},
    "`duplicates`": {"kind": "duplicates"},
    **{
        f"`surprise`: `{surprise}`": {"kind": "surprise", "surprise": surprise}
        for surprise in Surprise
    },
    "every other row is missing": {"change": dropped},
    "every other row lacks a key": {"change": without("outcomes", "asset_id")},
}


REFUSED = {"kind": "server_error", "status": 500}
HANGING = {"kind": "latency", "seconds": 0.9}
POISON: dict[str, tuple[int, dict[str, Any]]] = {
    "one id or token answers 500": (1, REFUSED),
    "three of them": (3, REFUSED),
    "one id or token is never answered": (1, HANGING),
}


@pytest.fixture(scope="module")
def stage(shared_database_url: str) -> Iterator[Stage]:
    world = World(shared_database_url)
    with pytest.MonkeyPatch.context() as patch, faulty_exchange() as exchange:
        patch.setattr(client, "EVENTS_A_PAGE", 8)  # so that a small listing has pages
        yield Stage(world, exchange)
    world.disconnect()


def test_the_tables_have_every_fault_and_no_other() -> None:
    assert [*_faults_of("fault"), *_faults_of("answer")] == [*BROKEN, *CHANGED]
    switched = [broken.fault or {} for broken in BROKEN.values()] + [*CHANGED.values()]
    for key, members in {
        # What is delisted is a row that is missing, which has a line of its own.
        "kind": set(FaultKind) - {FaultKind.DELISTED},
        "surprise": set(Surprise),
        "retry_after": set(RetryAfter),
    }.items():
        assert {fault[key] for fault in switched if key in fault} == members


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_none(stage: Stage, name: str) -> None:
    broken = BROKEN[name]
    once = [_run_broken(stage, broken, path, times=1) for path in broken.paths]
    lasting = [_run_broken(stage, broken, path, times=None) for path in broken.paths]
    (of_once,), (of_lasting,) = ({run.attempts for run in seen} for seen in (once, lasting))
    waits = [wait for run in (*once, *lasting) for wait in run.waits]
    assert f"| {name} | {of_once} | {of_lasting} | {_kind_of(waits)} |" in PAGE
    assert len(waits) == sum(run.counters["retries"] for run in (*once, *lasting))
    assert stage.run(HELD).compared(stage.healthy[HELD]) == "as ever"


@pytest.mark.parametrize("name", CHANGED)
def test_an_answer_that_is_not_what_it_should_be(stage: Stage, name: str) -> None:
    seen = {path: _run_changed(stage, CHANGED[name], path) for path in PATHS}
    cells = [run.compared(stage.healthy[path]) for path, run in seen.items()]
    assert f"| {name} | {' | '.join(cells)} |" in PAGE
    assert {run.counters["retries"] for run in seen.values()} == {0}
    assert stage.world.breaks() == []
    assert stage.run(HELD).compared(stage.healthy[HELD]) == "as ever"


@pytest.mark.parametrize("name", POISON)
def test_an_id_that_is_answered_with_an_error_is_left_out(stage: Stage, name: str) -> None:
    count, fault = POISON[name]
    seen = {path: _run_poisoned(stage, path, count, **fault) for path in PATHS}
    cells = [run.compared(stage.healthy[path]) for path, run in seen.items()]
    assert f"| {name} | {' | '.join(cells)} |" in PAGE
    assert seen[HELD].flagged == count
    assert len(seen[HELD].stored) == len(stage.healthy[HELD].stored) - count
    assert stage.world.breaks() == []
    assert stage.run(HELD).compared(stage.healthy[HELD]) == "as ever"


def test_one_poisoned_id_costs_few_calls(stage: Stage) -> None:
    seen = _run_poisoned(stage, HELD, 1, **REFUSED)
    held = len(seen.stored) + 1
    halvings = 2 * (held - 1).bit_length()
    assert seen.counters["calls"] <= stage.healthy[HELD].counters["calls"] + 3 + halvings + 1 + 1
    assert seen.counters["skipped"]["exchange_error"] == 1


def test_an_outage_costs_few_calls_more(stage: Stage) -> None:
    """Of ids of which none is answered, no more than the first few halves are asked for."""
    for path in (BOOKS, HELD):
        stage.exchange.go_wrong(path, None, kind="server_error", status=500)
        seen = stage.run(path)
        assert seen.attempts == "nothing, 3 retries"
        healthy = stage.healthy[path].counters["calls"]
        assert seen.counters["calls"] <= healthy + 3 + parts.MOST_REFUSALS + CONNECTIONS


def test_one_deadline_covers_all_that_a_step_asks_for(stage: Stage) -> None:
    """The pages take 1.5 seconds and the books 2: neither alone is too long."""
    stage.exchange.go_wrong(LISTING, 3, kind="latency", seconds=0.5)
    stage.exchange.go_wrong(BOOKS, None, kind="latency", seconds=2)
    seen = stage.run(BOOKS, FetchLimits(fetch_seconds=3))
    assert (seen.attempts, seen.counters["calls"]) == ("nothing, 0 retries", 4)


@pytest.mark.parametrize("path", [LISTING, HELD])
def test_an_exchange_that_is_not_there(stage: Stage, path: str) -> None:
    seen = stage.run(path, url="http://127.0.0.1:9")
    assert (seen.attempts, seen.counters["calls"]) == ("nothing, 3 retries", 4)


def _run_broken(stage: Stage, broken: Broken, path: str, times: int | None) -> Seen:
    if broken.fault is None:
        stage.exchange.reset(path, times)
        return stage.run(path, url=stage.exchange.resetting.url)
    stage.exchange.go_wrong(path, times, **broken.fault)
    return stage.run(path, broken.limits)


def _run_poisoned(stage: Stage, path: str, ids: int, **fault: Any) -> Seen:
    """Poison what the step asks for under `path`; there is no id in the listing."""
    if path != LISTING:
        rows = stage.healthy[path].stored
        held = sorted({row["market_id"] for row in rows if "mark" in row} if path == HELD else ())
        wanted = held[:ids] if path == HELD else _tokens(stage)[:ids]
        stage.exchange.go_wrong("/", None, ids=wanted, **fault)
    limits = FetchLimits(read_seconds=0.5) if fault == HANGING else PATIENT
    return stage.run(path, limits)


def _tokens(stage: Stage) -> list[str]:
    """Those whose books the healthy step stored, one a market."""
    books = [row for row in stage.healthy[BOOKS].stored if "bids" in row]
    markets = sorted({row["market_id"] for row in books})
    found = stage.world.rows(
        "SELECT yes_token_id FROM markets WHERE market_id = ANY (%s) ORDER BY market_id", markets
    )
    return [row["yes_token_id"] for row in found]


def _run_changed(stage: Stage, change: dict[str, Any], path: str) -> Seen:
    if "change" in change:
        stage.exchange.change_rows(change["change"], path)
    else:
        stage.exchange.go_wrong(path, None, **change)
    return stage.run(path)


def _kind_of(waits: list[float]) -> str:
    """What the page calls the waits; a date is told to the second."""
    if not waits:
        return "–"
    return "as told" if all(abs(wait - WAIT) <= 1 for wait in waits) else "random"


def _faults_of(title: str) -> list[str]:
    """The first cells of the table whose first column has this title."""
    table = PAGE.partition(f"\n| {title} |")[2].partition("\n\n")[0]
    return [row.removeprefix("| ").partition(" | ")[0] for row in table.splitlines()[2:]]
