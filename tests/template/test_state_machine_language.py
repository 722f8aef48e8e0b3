"""The definition as AWS gets it, with Express children, by the rules of Amazon States Language.

cfn-lint brings a schema of the language; the rules that no schema can say are those of the npm
package asl-validator. moto's interpreter, which runs the same definition, asks for fewer.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.template.conftest import ROOT

LINTER = ROOT / ".venv-sam/bin/cfn-lint"
ONE_OF = (
    {"TimeoutSeconds", "TimeoutSecondsPath"},
    {"MaxConcurrency", "MaxConcurrencyPath"},
    {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"},
    {"Cause", "CausePath"},
    {"Error", "ErrorPath"},
)
Machine = Mapping[str, Any]


@pytest.fixture(params=["EXPRESS", "STANDARD"])
def deployed(request: pytest.FixtureRequest, resources: dict[str, Any]) -> Machine:
    return _substituted(resources, request.param)


def test_the_schema_of_the_language_takes_it(resources: dict[str, Any], tmp_path: Path) -> None:
    if not LINTER.exists():
        pytest.skip("no cfn-lint: make .venv-sam/.ready installs it")
    role = "arn:aws:iam::123456789012:role/cycle"
    machines = {
        kind.title(): {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": role, "Definition": _substituted(resources, kind)},
        }
        for kind in ("EXPRESS", "STANDARD")
    }
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": machines}))
    done = subprocess.run([LINTER, template], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_state_is_reached_and_every_target_exists(deployed: Machine) -> None:
    for machine in _machines(deployed):
        states, reached, ahead = machine["States"], set(), [machine["StartAt"]]
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead += _targets(states[name])
        assert reached == set(states)
        assert any(state.get("End") or state["Type"] == "Succeed" for state in states.values())


def test_names_of_states_are_unique_and_short(deployed: Machine) -> None:
    names = Counter(name for machine in _machines(deployed) for name in machine["States"])
    assert {name for name, count in names.items() if count > 1 or len(name) > 80} == set()


def test_a_state_goes_on_or_ends(deployed: Machine) -> None:
    for name, state in _states(deployed):
        expected = 0 if state["Type"] in {"Fail", "Succeed", "Choice"} else 1
        assert ("Next" in state) + bool(state.get("End")) == expected, name


def test_no_field_is_given_in_two_ways(deployed: Machine) -> None:
    for name, state in _states(deployed):
        assert all(len(fields & state.keys()) <= 1 for fields in ONE_OF), name
        for payload in _mappings(state):
            assert len({key.removesuffix(".$") for key in payload}) == len(payload), name


def test_an_error_is_caught_once_and_all_errors_last(deployed: Machine) -> None:
    for name, state in _states(deployed):
        for handlers in (state.get("Retry", []), state.get("Catch", [])):
            errors = [error for handler in handlers for error in handler["ErrorEquals"]]
            assert len(set(errors)) == len(errors), name
            assert "States.ALL" not in errors[:-1], name


def test_every_task_has_a_timeout_and_retries_and_all_but_the_ends_of_a_cycle_catch(
    deployed: Machine,
) -> None:
    """Before OpenCycle has answered there is no cycle to close; the sweep closes what is left."""
    tasks = {name: state for name, state in _states(deployed) if state["Type"] == "Task"}
    assert all(task["TimeoutSeconds"] and task["Retry"] for task in tasks.values())
    assert {name for name, task in tasks.items() if "Catch" not in task} == {
        "OpenCycle",
        "CloseCycle",
    }


def test_an_express_child_waits_for_no_callback_and_no_other_execution(deployed: Machine) -> None:
    for _, state in _states(deployed):
        assert state.get("Resource", "arn:aws:states:::lambda:invoke").endswith(":invoke")
        assert state.get("Activity") is None


def _substituted(resources: dict[str, Any], children: str) -> Machine:
    """The definition as CloudFormation, or the laptop, makes its substitutions."""
    text = (ROOT / "statemachines/trading_cycle.asl.json").read_text(encoding="utf-8")
    for name in resources["TradingCycle"]["Properties"]["DefinitionSubstitutions"]:
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
        text = text.replace(f"${{{name}}}", arn if name.endswith("Arn") else children)
    assert "${" not in text
    machine: Machine = json.loads(text)
    return machine


def _machines(machine: Machine) -> Iterator[Machine]:
    yield machine
    for state in machine["States"].values():
        if state["Type"] == "Map":
            yield from _machines(state["ItemProcessor"])


def _states(machine: Machine) -> Iterator[tuple[str, dict[str, Any]]]:
    for inner in _machines(machine):
        yield from inner["States"].items()


def _targets(state: Mapping[str, Any]) -> Iterator[str]:
    if "Next" in state:
        yield state["Next"]
    for handler in (*state.get("Catch", []), *state.get("Choices", [])):
        yield handler["Next"]


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mappings(inner)
