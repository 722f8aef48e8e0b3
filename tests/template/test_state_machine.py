"""What every state of the trading cycle must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from prescient.core import errors
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
Definition = dict[str, Any]


def test_every_task_invokes_a_function_of_the_template(
    definition: Definition, resources: dict[str, Any]
) -> None:
    substitutions = resources["TradingCycle"]["Properties"]["DefinitionSubstitutions"]
    for name, task in _tasks(definition):
        assert task["Resource"] == "arn:aws:states:::lambda:invoke", name
        assert _function(task) in resources, name
        assert substitutions[f"{_function(task)}Arn"] == {"Fn::GetAtt": [_function(task), "Arn"]}
    assert set(substitutions) == {f"{_function(task)}Arn" for _, task in _tasks(definition)}


def test_the_role_may_invoke_these_functions_and_no_other(resources: dict[str, Any]) -> None:
    properties = resources["TradingCycle"]["Properties"]
    statements = properties["Policies"][0]["Statement"]
    [invoke] = [each for each in statements if each["Action"] == "lambda:InvokeFunction"]
    used = properties["DefinitionSubstitutions"].values()
    assert sorted(map(str, invoke["Resource"])) == sorted(map(str, used))


def test_the_role_names_the_maps_label(definition: Definition, resources: dict[str, Any]) -> None:
    label = definition["States"]["RunPortfolios"]["Label"]
    statements = resources["TradingCycle"]["Properties"]["Policies"][0]["Statement"]
    [redrive] = [each for each in statements if each["Action"] == "states:RedriveExecution"]
    assert redrive["Resource"]["Fn::Sub"].endswith(f"-trading-cycle/{label}:*")


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
        expected = [(["ExchangeUnavailable", "FilterBusy"], 1)] if name == "Filter" else []
        assert [(each["ErrorEquals"], each["MaxAttempts"]) for each in others] == expected


def test_our_error_names_are_classes() -> None:
    """The state machine knows errors by the names of their classes."""
    ours = {name for name in TRANSIENT | {"ExchangeUnavailable"} if "." not in name}
    assert all(issubclass(getattr(errors, name), errors.PrescientError) for name in ours)


def test_a_portfolios_failure_is_its_own(definition: Definition) -> None:
    states = definition["States"]["RunPortfolios"]["ItemProcessor"]["States"]
    for name, state in states.items():
        if state["Type"] == "Task":
            [catch] = state["Catch"]
            assert catch["ErrorEquals"] == ["States.ALL"], name
            assert catch["Next"] == ("Done" if name == "RecordFailure" else "RecordFailure")
    assert [name for name, state in states.items() if state.get("End")] == ["Done"]
    assert states["Done"]["Result"] == {}


def test_the_map_is_distributed_with_standard_children(definition: Definition) -> None:
    portfolios = definition["States"]["RunPortfolios"]
    assert portfolios["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
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
