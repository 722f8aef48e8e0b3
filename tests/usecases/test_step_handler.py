"""What a step's handler refuses before the step runs."""

from pathlib import Path
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings
from tests.usecases.functions import HANDLERS, Functions
from tests.world import World

OFFLINE = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"cycle_id": "seven"}, ["cycle_id", "portfolio_id"]),
        ({"portfolio_ids": [1, 0]}, ["portfolio_ids.1"]),
        ({"cycle_id": "seven", "portfolio_ids": "2-1"}, ["cycle_id", "portfolio_ids"]),
        ({"cycle_id": 1, "portfolio_ids": [1], "portfolio_id": 2}, ["portfolio_id"]),
    ],
)
def test_an_event_that_breaks_rules_is_refused_with_every_field(
    event: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        HANDLERS["signal"].bound_to(Environment(OFFLINE))(event, None)
    problems = [problem.split(":")[0] for problem in refused.value.problems]
    assert sorted(problems) == named


def test_who_of_a_chunk_fails_is_logged_with_where_and_counted(
    world: World, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        world.portfolio(name)
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.rows("UPDATE portfolios SET strategy_type = 'absent' WHERE portfolio_id = 2 RETURNING 1")
    functions = Functions(world, tmp_path / "functions.log")
    metrics = functions.invoke("signal", cycle_id=cycle_id, portfolio_ids=[1, 2])
    (line,) = functions.told("ERROR")
    assert (line["message"], line["cycle_id"], line["portfolio_id"]) == (
        "portfolio failed", cycle_id, 2,
    )  # fmt: skip
    assert "registry.py" in line["exception"]
    assert metrics["StepErrors{signal}{InvalidRequest}"] == 1
    functions.invoke("signal", cycle_id=cycle_id, portfolio_ids=[1, 2])
    assert functions.told("ERROR") == [], "what has ended does not fail again"


def test_by_hand_each_of_several_has_its_answer_or_its_error(world: World, tmp_path: Path) -> None:
    world.portfolio("a")
    world.filter(world.open_cycle())
    functions = Functions(world, tmp_path / "functions.log")
    functions.send("signal", {"portfolio_ids": "1-2"})
    [done] = [line for line in functions.lines() if line.get("message") == "step done"]
    decided, failed = done["result"]["outcomes"]
    assert decided["answer"]["status"] == "running"
    assert (failed["portfolio_id"], failed["error"]) == (2, "CycleNotFound")
