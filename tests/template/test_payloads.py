"""A cycle in flight survives a deployment: its definition of before calls the functions of now."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from prescient.usecases.cycle import CycleRequest
from prescient.usecases.filter import FilterRequest
from prescient.usecases.support.chunks import ChunkRequest

CHUNK = {"execution_name": "e1", "cycle_id": 7, "portfolio_ids": "1-20+2"}
FAILURE = {"Error": "States.Timeout", "Cause": "a step took too long"}
# What the definition of each release so far sends. A release that sends something else adds a line;
# the lines of releases whose cycles may still run stay.
SENT: dict[str, tuple[type[BaseModel], list[dict[str, Any]]]] = {
    "OpenCycle": (
        CycleRequest,
        [{"action": "open", "execution_name": "e1", "request": {}}],
    ),
    "Filter": (FilterRequest, [{"execution_name": "e1", "cycle_id": 7}]),
    "Signal": (ChunkRequest, [{**CHUNK, "attempt": 0}]),
    "Execute": (ChunkRequest, [{**CHUNK, "attempt": 1}]),
    "Snapshot": (ChunkRequest, [{**CHUNK, "attempt": 2}]),
    "RecordFailure": (CycleRequest, [{**CHUNK, "action": "record_failure", "error": FAILURE}]),
    "CloseCycle": (
        CycleRequest,
        [{"action": "close", "execution_name": "e1", "cycle_id": 7}],
    ),
    "CloseFailedCycle": (
        CycleRequest,
        [{"action": "close", "execution_name": "e1", "cycle_id": 7, "error": FAILURE}],
    ),
}


@pytest.mark.parametrize("state", SENT)
def test_a_function_takes_what_every_release_sends(state: str) -> None:
    request, payloads = SENT[state]
    for payload in payloads:
        assert request.model_validate(payload).model_dump(include={"cycle_id"}) is not None


def test_what_the_definition_sends_is_recorded(definition: dict[str, Any]) -> None:
    states = definition["States"]
    in_children = states["RunPortfolios"]["ItemProcessor"]["States"]
    sent = {
        name: {key.removesuffix(".$") for key in state["Parameters"]["Payload"]}
        for name, state in {**states, **in_children}.items()
        if state["Type"] == "Task"
    }
    assert sent == {name: set(payloads[-1]) for name, (_, payloads) in SENT.items()}
