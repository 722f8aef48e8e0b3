"""The arithmetic of `docs/cost.md`, done again, and the states that it counts."""

from __future__ import annotations

import json
import re
from math import ceil

import pytest

from prescient.core.deciding.chunks import divided
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.settings import Settings
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "cost.md").read_text("utf-8")
PER_CHUNK = Settings.model_fields["portfolios_per_chunk"].default
CYCLES, TRANSITION, REQUEST, EXPRESS_REQUEST, GB_SECOND = 730, 25e-6, 2e-7, 1e-6, 0.0000166667
STATES, FUNCTIONS = 4, 3


def rows(heading: str) -> list[list[float]]:
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    cells = (line.strip("| ").split(" | ") for line in section.splitlines() if "| " in line)
    numbers = [[re.sub(r"[$,]", "", cell) for cell in row] for row in cells]
    return [[*map(float, row)] for row in numbers if row[0].replace(".", "").isdigit()]


@pytest.mark.parametrize("row", rows("Transitions and invocations"))
def test_transitions_and_invocations(row: list[float]) -> None:
    count = int(row[0])
    chunks = ceil(count / PER_CHUNK)
    now = [STATES, FUNCTIONS + FUNCTIONS * chunks, chunks]
    assert [row[1], row[3]] == [5 + 7 * count, 3 + 3 * count]
    assert [row[2], row[4], row[5]] == now


@pytest.mark.parametrize("row", rows("A month"))
def test_a_month(row: list[float]) -> None:
    count = int(row[0])
    chunks = len(divided([PortfolioId(number) for number in range(1, count + 1)], PER_CHUNK))
    before = (5 + 7 * count) * TRANSITION + (3 + 3 * count) * REQUEST + count * 0.225 * GB_SECOND
    parts = [
        STATES * TRANSITION,
        chunks * (EXPRESS_REQUEST + 1.5 * 0.0625 * GB_SECOND),
        (FUNCTIONS + FUNCTIONS * chunks) * REQUEST,
        count * 0.111 * GB_SECOND,
    ]
    expected = [CYCLES * dollars for dollars in (before, sum(parts), *parts)]
    assert row[1:] == pytest.approx(expected, abs=0.006)


def test_the_states_of_a_cycle_that_goes_well() -> None:
    definition = json.loads((ROOT / "statemachines/trading_cycle.asl.json").read_text("utf-8"))
    chunk = definition["States"]["RunPortfolios"]["ItemProcessor"]
    assert (_passed(definition), _passed(chunk)) == (STATES, FUNCTIONS)


def _passed(machine: dict[str, object]) -> int:
    states, name, count = dict(machine["States"]), machine["StartAt"], 0  # type: ignore[call-overload]
    while name is not None:
        name, count = states[name].get("Next"), count + 1
    return count
