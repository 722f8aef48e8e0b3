"""The template is read as CloudFormation reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.aws import intrinsics
from local.aws.intrinsics import Resolver, UnresolvedReference
from local.aws.template import read_template

PARAMETERS = {"Stage": "dev", "DatabaseUrl": "postgresql:///prescient"}
SMALL = """
Parameters:
  Name: { Type: String, Default: x }
  Needed: { Type: String }
Conditions:
  Named: !Equals [!Ref Name, x]
  Unnamed: !Not [!Condition Named]
Resources:
  Step: { Type: AWS::Serverless::Function, Properties: { CodeUri: f } }
  Machine: { Type: AWS::Serverless::StateMachine, Properties: { Name: !Sub "${AWS::StackName}-m" } }
"""
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:Step"


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(intrinsics.load(SMALL), {"Needed": "y"})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Name", "x"),
        ("!Ref Needed", "y"),
        ("!Ref Step", "Step"),
        ("!Ref Step.Alias", f"{FUNCTION_ARN}:live"),
        ("!Ref Machine", "arn:aws:states:us-east-1:123456789012:stateMachine:prescient-local-m"),
        ("!GetAtt Step.Arn", FUNCTION_ARN),
        (
            "!Sub '${Step.Arn} in ${AWS::Region}, ${!Literal}'",
            f"{FUNCTION_ARN} in us-east-1, ${{Literal}}",
        ),
        ("!Sub ['${Name}${Other}', { Other: !Ref Needed }]", "xy"),
        ("!Join ['-', [a, !Ref Name]]", "a-x"),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!If [Named, 1, 2]", 1),
        ("!If [Unnamed, 1, 2]", 2),
        ("{ a: [!Ref Name] }", {"a": ["x"]}),
    ],
)
def test_expressions_have_their_value(resolver: Resolver, expression: str, value: object) -> None:
    assert resolver.resolve(intrinsics.load(f"value: {expression}")["value"]) == value


@pytest.mark.parametrize("expression", ["!Ref Missing", "!GetAtt No.Arn", "!Select [0, [a]]"])
def test_what_cannot_be_resolved_is_refused_by_name(resolver: Resolver, expression: str) -> None:
    with pytest.raises(UnresolvedReference, match=r"Missing|No|Select"):
        resolver.resolve(intrinsics.load(f"value: {expression}")["value"])


def test_a_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(UnresolvedReference, match="Stage"):
        read_template({"DatabaseUrl": "postgresql:///prescient"})


def test_every_function_of_the_template_has_its_folder_and_settings() -> None:
    functions = read_template(PARAMETERS).functions
    assert set(functions) == {
        "FilterFunction",
        "SignalFunction",
        "ExecuteFunction",
        "SnapshotFunction",
        "PriceUpdateFunction",
        "CycleFunction",
        "ApiFunction",
        "MaintenanceFunction",
        "MigrateFunction",
        "ResearchFunction",
    }
    for function in functions.values():
        assert function.folder.parent == Path(__file__).parents[2] / "functions"
        assert function.handler == "app.handler"
        assert function.variables["DATABASE_URL"] == PARAMETERS["DatabaseUrl"]


def test_the_definition_invokes_functions_of_the_template() -> None:
    template = read_template(PARAMETERS)
    definition = json.loads(template.state_machine.definition)
    arn = definition["States"]["Filter"]["Parameters"]["FunctionName"]
    assert arn.split(":")[6:] == ["FilterFunction", "live"]
    assert "${" not in template.state_machine.definition


def test_the_api_knows_the_state_machine() -> None:
    template = read_template(PARAMETERS)
    api = template.functions["ApiFunction"]
    assert api.variables["STATE_MACHINE_ARN"] == template.state_machine.arn


def test_only_health_and_preflights_are_open() -> None:
    routes = read_template(PARAMETERS).routes
    opened = {route.key for route in routes if not route.authorized}
    assert opened == {"GET /health", "OPTIONS /{proxy+}"}
    assert all(route.scopes for route in routes if route.key not in opened | {"$default"})


def test_schedules_start_the_cycle_and_the_price_update() -> None:
    schedules = {schedule.target: schedule for schedule in read_template(PARAMETERS).schedules}
    assert schedules["TradingCycle"].expression == "rate(1 hour)"
    assert schedules["PriceUpdateFunction"].expression == "rate(5 minutes)"
    assert json.loads(schedules["TradingCycle"].input) == {
        "scheduled_at": "<aws.scheduler.scheduled-time>"
    }


@pytest.mark.parametrize(
    ("chosen", "targets"),
    [({}, "off"), ({"Rebalancing": "equal"}, "equal")],
)
def test_rebalancing_is_switched_on_by_a_parameter(chosen: dict[str, str], targets: str) -> None:
    schedules = {
        schedule.target: schedule for schedule in read_template({**PARAMETERS, **chosen}).schedules
    }
    assert json.loads(schedules["MaintenanceFunction"].input) == {
        "scheduled_at": "<aws.scheduler.scheduled-time>",
        "rebalance": targets,
        "rebalance_only_significant": False,
        "rebalance_dry_run": False,
    }
