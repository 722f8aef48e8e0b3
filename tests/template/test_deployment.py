"""What CloudFormation makes of the templates for both stages, as far as moto's goes."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.conftest import ROOT
from tests.template.test_database_logins import BY_TOKEN

if TYPE_CHECKING:
    from tests.template.deployed import DeployedStack, StandIn

    Stacks = dict[str, DeployedStack]
    Deploy = Callable[[Mapping[str, str]], Stacks]

# What only an account can create: moto has no CloudFormation for it.
BEYOND_MOTO = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::VPCCidrBlock",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::RDS::DBInstance",
    "AWS::Scheduler::Schedule",
    "Custom::Schema",
}
UNRESOLVED = re.compile(r'"(Ref|Fn::\w+)"|\$\{(?!!)')


def _stage(name: str) -> dict[str, str]:
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = configuration[name]["deploy"]["parameters"]["parameter_overrides"]
    return dict(override.split("=", 1) for override in shlex.split(overrides))


@pytest.fixture(scope="module")
def deploy(translated: Mapping[str, Any]) -> Deploy:
    # It takes a second to import, with moto's models of all services.
    from tests.template.deployed import deployed

    return partial(deployed, translated)


@pytest.fixture(scope="module")
def stages(deploy: Deploy) -> dict[str, Stacks]:
    return {name: deploy(_stage(name)) for name in ("dev", "prod")}


@pytest.fixture(params=["dev", "prod"])
def stage(request: pytest.FixtureRequest, stages: dict[str, Stacks]) -> Stacks:
    return stages[request.param]


def test_every_resource_of_both_stages_is_created(stages: dict[str, Stacks]) -> None:
    absent = {}
    for stage, stacks in stages.items():
        assert {stack.status for stack in stacks.values()} == {"CREATE_COMPLETE"}
        absent[stage] = set().union(*(stack.absent for stack in stacks.values()))
    of_others = {"LoginAsMigrator", "AlarmsByEmail"}
    assert absent == {
        "dev": of_others | {"Replica", "ThirdSubnet", "ThirdSubnetRoutes"},
        "prod": of_others,
    }


def test_only_what_moto_does_not_know_is_stood_in_for(stage: Stacks) -> None:
    assert {stand_in.kind for stand_in in _stand_ins(stage)} == BEYOND_MOTO


def test_no_expression_is_left_in_what_a_stand_in_gets(stage: Stacks) -> None:
    for stand_in in _stand_ins(stage):
        if stand_in.kind not in {"AWS::ApiGatewayV2::Api", "AWS::CloudWatch::Dashboard"}:
            found = UNRESOLVED.search(json.dumps(stand_in.properties, default=str))
            assert found is None, (stand_in.physical_resource_id, found)


def test_every_output_has_a_value(stage: Stacks, template: dict[str, Any]) -> None:
    assert set(stage[""].outputs) == set(template["Outputs"])
    for stack in stage.values():
        for name, value in stack.outputs.items():
            assert value, name
            assert not UNRESOLVED.search(value), name


def test_the_functions_are_in_the_subnets_and_know_the_database(stage: Stacks) -> None:
    subnets = stage["Network"].outputs["SubnetIds"].split(",")
    for name, function in stage[""].resources.items():
        if name.endswith("Function"):
            assert function.vpc_config["SubnetIds"] == subnets, name
            host = stage["Database"].outputs["Host"]
            assert function.environment_vars["DATABASE_URL"].startswith(
                f"postgresql://{host}:5432/"
            )


def test_prod_keeps_what_dev_may_lose(stages: dict[str, Stacks]) -> None:
    found = {
        name: (
            stacks["Database"].resources["Cluster"].properties["DeletionProtection"],
            "Replica" in stacks["Database"].resources,
            len(stacks["Network"].outputs["SubnetIds"].split(",")),
        )
        for name, stacks in stages.items()
    }
    assert found == {"dev": ("false", False, 2), "prod": ("true", True, 3)}


def test_an_existing_network_and_database_are_taken_instead(deploy: Deploy) -> None:
    stacks = deploy(BY_TOKEN)
    assert set(stacks) == {"", "Monitoring"}
    assert stacks[""].status == "CREATE_COMPLETE"
    assert "LoginBySecret" not in stacks[""].resources


def _stand_ins(stacks: Stacks) -> list[StandIn]:
    from tests.template.deployed import StandIn

    return [
        resource
        for stack in stacks.values()
        for resource in stack.resources.values()
        if isinstance(resource, StandIn)
    ]
