"""Alarms and dashboard know the metrics that the code emits, docs/operations.md every alarm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from prescient.runtime.observability import NAMESPACE
from prescient.usecases.support.metrics import Measure
from tests.template.conftest import ROOT, loaded

Resources = dict[str, dict[str, Any]]
BY_LABEL = {measure.label: measure for measure in Measure}
SERVICE = {"Name": "service", "Value": {"Fn::Sub": "prescient-${Stage}"}}
SILENCE = {"Fn::If": ["SchedulesRun", "breaching", "notBreaching"]}
OF_SCHEDULES = {"TradingCycle", "PriceUpdate", "Maintenance", "Research"}
MINUTE = 60
PERIODS = {"rate(1 hour)": 3600, "rate(5 minutes)": 300}


@pytest.fixture(scope="module")
def monitoring() -> dict[str, Any]:
    return loaded("stacks/monitoring.yaml")


@pytest.fixture(scope="module")
def alarms(monitoring: dict[str, Any]) -> Resources:
    return {
        name: resource["Properties"]
        for name, resource in monitoring["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


@pytest.fixture(scope="module")
def widgets(monitoring: dict[str, Any]) -> list[dict[str, Any]]:
    body = monitoring["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def watched(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """The namespace, name and dimensions of each metric of an alarm."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", [])[1:]] or [alarm]
    for metric in metrics:
        yield metric["Namespace"], metric["MetricName"], metric["Dimensions"]


def test_alarms_watch_metrics_that_the_code_has_with_all_their_dimensions(
    alarms: Resources,
) -> None:
    own = [found for alarm in alarms.values() for found in watched(alarm) if found[0] == NAMESPACE]
    assert len(own) >= 9
    for _, name, dimensions in own:
        assert BY_LABEL[name].dimensions == (), name  # an alarm sees one metric alone
        assert dimensions == [SERVICE], name


def test_the_dashboard_shows_metrics_that_the_code_has(widgets: list[dict[str, Any]]) -> None:
    shown = set()
    for widget in widgets:
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], dict):
                expression = metric[0]["expression"]
                [schema] = re.findall(r"\{Prescient,([\w,]+)\}", expression)
                names = set(re.findall(r'"([A-Z]\w+)"', expression))
                dimensions = set(schema.split(",")) - {"service"}
                assert all(set(BY_LABEL[name].dimensions) == dimensions for name in names)
                shown |= names
            elif metric[0] == NAMESPACE:
                assert metric[2:4] == ["service", "prescient-${Stage}"], metric
                assert BY_LABEL[metric[1]].dimensions == ()
                shown.add(metric[1])
    assert shown >= {"Reconciled", "PortfoliosFailed", "ApiErrors", "StepErrors", "StaleMarks"}


def test_the_dashboard_has_every_alarm_that_every_stack_has(
    alarms: Resources, monitoring: dict[str, Any], widgets: list[dict[str, Any]]
) -> None:
    [listed] = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    everywhere = {
        name for name in alarms if "Condition" not in monitoring["Resources"][name]
    }  # fmt: skip
    assert {arn.rpartition(":alarm:${StackName}-")[2] for arn in listed} == everywhere


def test_every_measure_is_taken_somewhere() -> None:
    code = "".join(
        path.read_text()
        for path in (ROOT / "layers/common/prescient").rglob("*.py")
        if path.name != "metrics.py"
    )
    assert [measure for measure in Measure if f"Measure.{measure.name}" not in code] == []


def test_every_alarm_tells_when_it_begins_and_when_it_ends(alarms: Resources) -> None:
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}], name
        assert alarm["AlarmName"] == {"Fn::Sub": f"${{StackName}}-{name}"}


def test_silence_rings_where_it_is_the_failure_unless_the_schedules_are_off(
    alarms: Resources,
) -> None:
    silent = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == SILENCE}
    assert silent == {"PriceUpdateLate", "CycleLate", "ReconcileLate"}
    for name in silent:
        assert alarms[name]["ComparisonOperator"] == "LessThanThreshold"
        assert (alarms[name]["Threshold"], alarms[name]["Statistic"]) in {
            (1, "Sum"), (1, "SampleCount"),
        }  # fmt: skip


def test_work_is_late_after_more_than_its_schedule_and_periods_are_whole_minutes(
    template: dict[str, Any],
) -> None:
    parameters = template["Parameters"]
    for work, times in (("Cycle", 2), ("PriceUpdate", 3)):
        late_after = parameters[f"{work}LateAfter"]
        every = PERIODS[parameters[f"{work}Schedule"]["Default"]]
        assert late_after["Default"] >= times * every
        assert all(seconds % MINUTE == 0 for seconds in late_after["AllowedValues"])
        assert late_after["Default"] in late_after["AllowedValues"]
    assert max(parameters["PriceUpdateLateAfter"]["AllowedValues"]) <= 86_400


def test_every_alarm_is_explained_and_no_other(alarms: Resources) -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == [*alarms]
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        assert "*Do*: " in section, section.splitlines()[0]


def test_the_stack_gives_monitoring_all_that_it_asks_for(
    monitoring: dict[str, Any], resources: Resources
) -> None:
    given = resources["Monitoring"]["Properties"]["Parameters"]
    assert given.keys() == monitoring["Parameters"].keys()
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert given[logical_id] == {"Ref": logical_id}


def test_monitoring_watches_every_function(alarms: Resources, functions: Resources) -> None:
    """A step by hand of an idle portfolio ends with an error, which is no reason to ring."""
    for alarm, unwatched in (
        ("FunctionErrors", {"signal", "execute", "snapshot"}),
        ("FunctionThrottles", set()),
    ):
        seen = {dimensions[0]["Value"]["Ref"] for _, _, dimensions in watched(alarms[alarm])}
        names = functions.keys() - unwatched
        assert seen == {f"{name.title().replace('_', '')}Function" for name in names}


def test_each_schedule_and_asynchronous_function_has_a_queue_for_what_did_not_happen(
    resources: Resources, alarms: Resources
) -> None:
    scheduled = set()
    for logical_id, resource in resources.items():
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] != "ScheduleV2":
                continue
            work = logical_id.removesuffix("Function")
            scheduled.add(work)
            queue = {"Fn::GetAtt": [f"{work}DeadLetters", "Arn"]}
            assert event["Properties"]["DeadLetterConfig"] == {"Arn": queue}
            assert event["Properties"]["State"] == {"Ref": "Schedules"}
            if resource["Type"] == "AWS::Serverless::Function":
                config = resource["Properties"]["EventInvokeConfig"]["DestinationConfig"]
                assert config == {"OnFailure": {"Type": "SQS", "Destination": queue}}
            assert resources[f"{work}DeadLetters"]["Properties"]["SqsManagedSseEnabled"] is True
            [(_, name, dimensions)] = watched(alarms[f"{work}DeadLetter"])
            assert name == "ApproximateNumberOfMessagesVisible"
            assert dimensions == [{"Name": "QueueName", "Value": {"Ref": f"{work}DeadLetters"}}]
    assert scheduled == OF_SCHEDULES


def test_concurrency_is_reserved_only_where_it_is_asked_for(functions: Resources) -> None:
    reserved = {
        name: properties["ReservedConcurrentExecutions"]
        for name, properties in functions.items()
        if "ReservedConcurrentExecutions" in properties
    }
    assert reserved == {
        name: {"Fn::If": [f"ReservesFor{who}", {"Ref": f"ReservedFor{who}"}, NO_VALUE]}
        for name, who in (("price_update", "PriceUpdates"), ("api", "Api"))
    }


NO_VALUE = {"Ref": "AWS::NoValue"}
