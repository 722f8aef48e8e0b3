"""What every state of the trading cycle must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from prescient.core import errors
from prescient.usecases.support import chunks
from tests.template.conftest import ROOT

TRANSIENT = {
    "DatabaseUnavailable",
    "DeadlockDetected",
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "SerializationFailure",
}
STEPS = ("Signal", "Execute", "Snapshot")
OTHERS = {
    "Filter": {"ExchangeUnavailable", "FilterBusy"},
    "Signal": {"ChunkUnfinished"},
    "Execute": {"ChunkUnfinished"},
    "Snapshot": {"ChunkUnfinished"},
}
EXPRESS_SECONDS = 300
Definition = dict[str, Any]


def test_every_task_invokes_a_function_of_the_template(
    definition: Definition, resources: dict[str, Any]
) -> None:
    substitutions = resources["TradingCycle"]["Properties"]["DefinitionSubstitutions"]
    for name, task in _tasks(definition):
        assert task["Resource"] == "arn:aws:states:::lambda:invoke", name
        assert _function(task) in resources, name
        assert substitutions[f"{_function(task)}Arn"] == {"Ref": f"{_function(task)}.Alias"}
    invoked = {f"{_function(task)}Arn" for _, task in _tasks(definition)}
    assert set(substitutions) == {*invoked, "ChildExecutionType"}


def test_the_role_may_invoke_these_functions_and_no_other(resources: dict[str, Any]) -> None:
    properties = resources["TradingCycle"]["Properties"]
    statements = properties["Policies"][0]["Statement"]
    [invoke] = [
        statement for statement in statements if statement["Action"] == "lambda:InvokeFunction"
    ]
    used = dict(properties["DefinitionSubstitutions"])
    assert used.pop("ChildExecutionType") == "EXPRESS"
    assert sorted(map(str, invoke["Resource"])) == sorted(map(str, used.values()))


def test_the_role_may_run_and_follow_its_express_children(resources: dict[str, Any]) -> None:
    """AWS redrives a map's Express children by starting them anew."""
    statements = resources["TradingCycle"]["Properties"]["Policies"][0]["Statement"]
    named = [statement["Action"] for statement in statements]
    actions = [action for action in named if str(action).startswith("states:")]
    assert actions == ["states:StartExecution", "states:DescribeExecution"]


def test_a_task_outlives_its_function(definition: Definition, resources: dict[str, Any]) -> None:
    for name, task in _tasks(definition):
        function_timeout = resources[_function(task)]["Properties"].get("Timeout", 60)
        assert function_timeout < task["TimeoutSeconds"] <= function_timeout + 30, name


def test_only_transient_errors_are_retried_with_backoff_and_jitter(definition: Definition) -> None:
    for name, task in _tasks(definition):
        transient, *others = task["Retry"]
        assert set(transient["ErrorEquals"]) == TRANSIENT, name
        assert transient["BackoffRate"] > 1
        for retrier in task["Retry"]:
            assert retrier["JitterStrategy"] == "FULL"
            assert retrier["MaxDelaySeconds"] <= 60
        named = {error for retrier in others for error in retrier["ErrorEquals"]}
        assert named == OTHERS.get(name, set())


def test_our_error_names_are_classes() -> None:
    """The state machine knows errors by the names of their classes."""
    ours = {name for name in TRANSIENT.union(*OTHERS.values()) if "." not in name}
    assert all(issubclass(getattr(errors, name), errors.PrescientError) for name in ours)


def test_a_chunks_failure_is_its_own_and_its_output_empty(definition: Definition) -> None:
    states = definition["States"]["RunPortfolios"]["ItemProcessor"]["States"]
    for name, state in states.items():
        if state["Type"] == "Task":
            [catch] = state["Catch"]
            assert catch["ErrorEquals"] == ["States.ALL"], name
            assert catch["Next"] == ("Unrecorded" if name == "RecordFailure" else "RecordFailure")
        if state.get("End"):
            assert (state["ResultSelector"], "ResultPath" in state) == ({}, False), name
    assert states["Unrecorded"]["Type"] == "Fail"


def test_no_state_of_a_cycle_that_goes_well_does_no_work(definition: Definition) -> None:
    """Each transition costs money."""
    portfolios = definition["States"]["RunPortfolios"]["ItemProcessor"]
    for machine in (definition, portfolios):
        names = [machine["StartAt"]]
        while following := machine["States"][names[-1]].get("Next"):
            names.append(following)
        assert {machine["States"][name]["Type"] for name in names} <= {"Task", "Map"}


def test_a_step_knows_which_attempt_it_is(definition: Definition) -> None:
    """At the last one it records what it would else raise, so the others of its chunk go on."""
    states = definition["States"]["RunPortfolios"]["ItemProcessor"]["States"]
    for name in STEPS:
        assert states[name]["Parameters"]["Payload"]["attempt.$"] == "$$.State.RetryCount"
        assert states[name]["Retry"][0]["MaxAttempts"] == chunks.LAST_ATTEMPT


def test_the_steps_of_a_chunk_fit_into_an_express_child(
    definition: Definition, resources: dict[str, Any]
) -> None:
    states = definition["States"]["RunPortfolios"]["ItemProcessor"]["States"]
    assert sum(states[name]["TimeoutSeconds"] for name in STEPS) <= EXPRESS_SECONDS
    for name in STEPS:
        function = resources[f"{name}Function"]["Properties"]
        statement = int(function["Environment"]["Variables"]["DATABASE_STATEMENT_TIMEOUT"])
        assert statement * (1 + chunks.LAST_ATTEMPT) < EXPRESS_SECONDS / 3
        assert statement <= chunks.LEAST_SECONDS


def test_the_map_is_distributed_over_chunks(definition: Definition) -> None:
    portfolios = definition["States"]["RunPortfolios"]
    assert portfolios["ItemsPath"] == "$.filter.chunks"
    assert portfolios["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "${ChildExecutionType}",
    }
    assert portfolios["MaxConcurrencyPath"] == "$.max_concurrency"
    # moto's interpreter refuses an integer.
    assert isinstance(portfolios["ToleratedFailurePercentage"], float)
    assert portfolios["ResultPath"] is None


def test_after_the_opening_every_path_closes_the_cycle(definition: Definition) -> None:
    states = definition["States"]
    for name in ("Filter", "RunPortfolios"):
        assert states[name]["Catch"][0]["Next"] == "CloseFailedCycle"
    assert states["CloseFailedCycle"]["Next"] == "CycleFailed"
    assert [name for name, state in states.items() if state.get("End")] == ["CloseCycle"]


def test_paths_are_plain_references() -> None:
    """No intrinsic functions and no filters: moto's interpreter and AWS agree on the rest."""
    text = (ROOT / "statemachines/trading_cycle.asl.json").read_text(encoding="utf-8")
    for path in re.findall(r'"(\$[^"{]*)"', text):
        assert re.fullmatch(r"\$\$?(\.\w+(\[\d+\])?)*", path), path
    assert "States.Format" not in text


def _tasks(definition: Definition) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        elif state["Type"] == "Map":
            yield from _tasks(state["ItemProcessor"])


def _function(task: dict[str, Any]) -> str:
    """The logical id in `${FilterFunctionArn}`."""
    name: str = task["Parameters"]["FunctionName"]
    return name.removeprefix("${").removesuffix("Arn}")
