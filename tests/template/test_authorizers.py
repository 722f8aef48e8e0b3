"""What CloudFormation gets: only `/health` and preflights need no token of Cognito."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

Resources = Mapping[str, Mapping[str, Any]]
PARAMETER = re.compile(r"\{(.*?)\}")
INVOKED = re.compile(r"functions/(.+?)/invocations")
CLIENTS = {
    "DashboardClient": ("code", {"read", "trade"}),
    "OperatorClient": ("client_credentials", {"read", "trade", "admin"}),
    "ReaderClient": ("client_credentials", {"read"}),
}


@pytest.fixture
def deployed(translated: Mapping[str, Any]) -> Resources:
    """The resources of the template as SAM transforms it."""
    found: Resources = translated["Resources"]
    return found


def _of_type(deployed: Resources, kind: str) -> Iterator[Mapping[str, Any]]:
    return (found["Properties"] for found in deployed.values() if found["Type"] == kind)


def test_no_route_but_health_and_the_preflight_is_without_an_authorizer(
    deployed: Resources,
) -> None:
    [api] = _of_type(deployed, "AWS::ApiGatewayV2::Api")
    operations = {
        f"{method.upper()} {path}": operation["security"]
        for path, methods in api["Body"]["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    opened = {key for key, security in operations.items() if security == [{"NONE": []}]}
    assert opened == {"GET /health", "OPTIONS /{proxy+}"}
    default = "X-AMAZON-APIGATEWAY-ANY-METHOD $default"
    assert operations[default] == [{"Cognito": []}], "any token is told that there is no such route"
    for key in operations.keys() - opened - {default}:
        [requirement] = operations[key]
        [scope] = requirement["Cognito"]
        assert scope in {"prescient/read", "prescient/trade", "prescient/admin"}, key


def test_a_path_names_its_parameters(deployed: Resources) -> None:
    """The gateway refuses to import a path otherwise."""
    [api] = _of_type(deployed, "AWS::ApiGatewayV2::Api")
    for path, operations in api["Body"]["paths"].items():
        parameters = operations.get("parameters", [])
        assert [parameter["name"] for parameter in parameters] == PARAMETER.findall(path)
        assert all(parameter["in"] == "path" for parameter in parameters)


def test_the_gateway_may_invoke_the_aliases_that_its_routes_lead_to(deployed: Resources) -> None:
    """By one permission for all routes: one each is longer than the policy that Lambda takes."""
    [api] = _of_type(deployed, "AWS::ApiGatewayV2::Api")
    permissions = list(_of_type(deployed, "AWS::Lambda::Permission"))
    aliases = [deployed[permission["FunctionName"]["Ref"]] for permission in permissions]
    permitted = [
        f"${{{alias['Properties']['FunctionName']['Ref']}.Arn}}:{alias['Properties']['Name']}"
        for alias in aliases
    ]
    assert sorted(permitted) == sorted(set(INVOKED.findall(json.dumps(api["Body"]))))
    assert {alias["Type"] for alias in aliases} == {"AWS::Lambda::Alias"}
    for permission in permissions:
        assert permission["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*/*")


def test_the_authorizer_knows_the_clients_of_the_stack_alone(deployed: Resources) -> None:
    [api] = _of_type(deployed, "AWS::ApiGatewayV2::Api")
    schemes = api["Body"]["components"]["securitySchemes"]
    assert schemes.keys() == {"Cognito"}
    authorizer = schemes["Cognito"]["x-amazon-apigateway-authorizer"]
    assert authorizer["jwtConfiguration"]["audience"] == [{"Ref": name} for name in CLIENTS]


def test_there_is_no_other_way_in(deployed: Resources) -> None:
    kinds = {found["Type"] for found in deployed.values()}
    assert kinds.isdisjoint({"AWS::Lambda::Url", "AWS::ApiGatewayV2::Route"})
    assert {kind for kind in kinds if kind.startswith("AWS::ApiGateway")} == {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Stage",
    }
    for permission in _of_type(deployed, "AWS::Lambda::Permission"):
        assert permission["Principal"] == "apigateway.amazonaws.com"


def test_a_client_can_get_its_scopes_and_no_more(deployed: Resources) -> None:
    found = {
        name: (
            *resource["Properties"]["AllowedOAuthFlows"],
            {
                scope.removeprefix("prescient/")
                for scope in resource["Properties"]["AllowedOAuthScopes"]
                if scope.startswith("prescient/")
            },
        )
        for name, resource in deployed.items()
        if resource["Type"] == "AWS::Cognito::UserPoolClient"
    }
    assert found == CLIENTS


def test_no_local_key_is_deployed(deployed: Resources, template: Mapping[str, Any]) -> None:
    keys = {
        name: function["Properties"]["Environment"]["Variables"]["LOCAL_KEY"]
        for name, function in deployed.items()
        if function["Type"] == "AWS::Lambda::Function"
        and "LOCAL_KEY" in function["Properties"]["Environment"]["Variables"]
    }
    assert keys == {"ApiFunction": "", "ResearchFunction": ""}
    assert "LOCAL_KEY" not in template["Globals"]["Function"]["Environment"]["Variables"]
