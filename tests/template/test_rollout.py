"""The order of a deployment (migration, functions, state machine, API), and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import pytest

from local.aws import intrinsics
from tests.template.conftest import ROOT

Resources = Mapping[str, Mapping[str, Any]]
STEPS = ("Cycle", "Filter", "Signal", "Execute", "Snapshot")
GRADUAL = (*STEPS, "PriceUpdate", "Maintenance", "Research", "Api")
NAMED = re.compile(r"\$\{(\w+)")


@pytest.fixture
def deployed(translated: Mapping[str, Any]) -> Resources:
    """The resources of the template as SAM transforms it."""
    found: Resources = translated["Resources"]
    return found


@pytest.fixture
def order(deployed: Resources) -> list[str]:
    """An order in which CloudFormation can make the resources; a cycle has none."""
    graph = {
        name: {*_references(resource), *_listed(resource.get("DependsOn", []))} & deployed.keys()
        for name, resource in deployed.items()
    }
    return list(TopologicalSorter(graph).static_order())


def test_what_takes_traffic_waits_for_the_migration(order: list[str]) -> None:
    for name in ("Network", "Database", "MigrateFunction", "MigrateFunctionRole"):
        assert order.index(name) < order.index("Schema"), name
    for name in GRADUAL:
        assert order.index("Schema") < order.index(f"{name}Function"), name


def test_the_state_machine_follows_the_functions_that_it_calls(order: list[str]) -> None:
    """An execution keeps its definition; the functions behind it are then the new ones."""
    for name in STEPS:
        assert order.index(f"{name}FunctionAliaslive") < order.index("TradingCycle")
    assert order.index("TradingCycle") < order.index("ApiFunction")


def test_a_new_route_waits_for_the_code_that_serves_it(order: list[str]) -> None:
    for name in ("Api", "Research"):
        assert order.index(f"{name}FunctionAliaslive") < order.index("HttpApi")


def test_all_but_the_migration_are_called_by_an_alias(deployed: Resources) -> None:
    functions = {name for name in deployed if deployed[name]["Type"] == "AWS::Lambda::Function"}
    assert functions - {"MigrateFunction"} == {f"{name}Function" for name in GRADUAL}


@pytest.mark.parametrize("name", GRADUAL)
def test_traffic_moves_gradually_in_prod_and_back_where_an_alarm_rings(
    deployed: Resources, name: str
) -> None:
    update = deployed[f"{name}FunctionAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = deployed[update["DeploymentGroupName"]["Ref"]]["Properties"]
    in_prod, elsewhere = group["DeploymentConfigName"]["Fn::If"][1:]
    assert in_prod["Fn::Sub"][1] == {"ConfigName": "Canary10Percent5Minutes"}
    assert elsewhere["Fn::Sub"][1] == {"ConfigName": "AllAtOnce"}
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    monitoring = (ROOT / "stacks/monitoring.yaml").read_text("utf-8")
    alarms = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]]
    assert alarms[0] == {"Ref": "NewVersionFails"}
    for alarm in alarms[1:]:
        name = alarm["Fn::Sub"].replace("${AWS::StackName}", "${StackName}")
        assert f"AlarmName: !Sub {name}\n" in monitoring


@pytest.mark.parametrize("name", GRADUAL)
def test_another_release_publishes_another_version(deployed: Resources, name: str) -> None:
    [version] = [
        resource["Properties"]
        for logical_id, resource in deployed.items()
        if logical_id.startswith(f"{name}FunctionVersion")
    ]
    assert version["Description"] == {"Fn::GetAtt": ["Schema", "Release"]}


def test_a_release_is_another_one_where_code_or_a_setting_of_a_function_is(
    template: Mapping[str, Any], deployed: Resources
) -> None:
    """Else the alias would stay at a version with the layers and settings of before."""
    schema = deployed["Schema"]["Properties"]
    layers = {name for name in deployed if "LayerVersion" in deployed[name]["Type"]}
    assert layers <= {layer["Ref"] for layer in schema["Code"]}
    told = {setting["Ref"] for setting in [*schema["Settings"], *schema["Code"]]}
    functions = [template["Globals"]["Function"]]
    functions += [template["Resources"][f"{name}Function"]["Properties"] for name in GRADUAL]
    named = {
        reference
        for function in functions
        for part in ("Environment", "VpcConfig", "Layers", "LoggingConfig")
        for reference in _references(function.get(part, {}))
    }
    conditions = {name: {*_references(test)} for name, test in template["Conditions"].items()}
    decided = {parameter for name in named & conditions.keys() for parameter in conditions[name]}
    assert (named | decided) & template["Parameters"].keys() - told == set()


def test_events_reach_the_alias(deployed: Resources) -> None:
    for name in ("PriceUpdate", "Maintenance", "Research"):
        schedule = deployed[f"{name}FunctionSchedule"]["Properties"]
        assert schedule["Target"]["Arn"] == {"Ref": f"{name}FunctionAliaslive"}
    variables = deployed["ApiFunction"]["Properties"]["Environment"]["Variables"]
    for name in ("Filter", "Signal", "Execute", "Snapshot", "PriceUpdate"):
        variable = f"{re.sub('(?<=[a-z])(?=[A-Z])', '_', name).upper()}_FUNCTION"
        assert variables[variable] == {"Ref": f"{name}FunctionAliaslive"}


def test_the_migration_has_the_functions_time_and_no_second_try(deployed: Resources) -> None:
    function = deployed["MigrateFunction"]["Properties"]
    assert deployed["Schema"]["Properties"]["ServiceTimeout"] > function["Timeout"]
    retries = [
        resource["Properties"]["MaximumRetryAttempts"]
        for resource in deployed.values()
        if resource["Type"] == "AWS::Lambda::EventInvokeConfig"
        and resource["Properties"]["FunctionName"] == {"Ref": "MigrateFunction"}
    ]
    assert 0 in retries


def test_the_database_outlives_the_stack() -> None:
    resources = intrinsics.load((ROOT / "stacks/database.yaml").read_text("utf-8"))["Resources"]
    cluster = resources["Cluster"]
    assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    properties = cluster["Properties"]
    for name in ("ManageMasterUserPassword", "EnableIAMDatabaseAuthentication", "StorageEncrypted"):
        assert properties[name] is True, name
    assert resources["Settings"]["Properties"]["Parameters"]["rds.force_ssl"] == "1"


def test_only_the_functions_reach_the_database_and_it_reaches_nothing() -> None:
    resources = intrinsics.load((ROOT / "stacks/database.yaml").read_text("utf-8"))["Resources"]
    group = resources["DatabaseGroup"]["Properties"]
    [ingress] = group["SecurityGroupIngress"]
    assert ingress["SourceSecurityGroupId"] == {"Ref": "FunctionGroupId"}
    assert (ingress["FromPort"], ingress["ToPort"]) == (5432, 5432)
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]


def _references(node: Any) -> Iterator[str]:
    """What a node of the template names: resources, parameters and conditions."""
    if isinstance(node, list):
        for part in node:
            yield from _references(part)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _named(key, value)
            yield from _references(value)


def _named(key: str, value: Any) -> Iterator[str]:
    match key, value:
        case "Ref" | "Condition", str(name):
            yield name.partition(".")[0]
        case "Fn::GetAtt" | "Fn::If", [str(name), *_]:
            yield name
        case "Fn::Sub", str(text) | [str(text), *_]:
            yield from NAMED.findall(text)


def _listed(depends_on: str | list[str]) -> list[str]:
    return [depends_on] if isinstance(depends_on, str) else depends_on
