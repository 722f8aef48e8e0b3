"""What CloudFormation gets: only `/health` and preflights need no token of Cognito."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

Resources = Mapping[str, Mapping[str, Any]]
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
    deployed: Resources, resources: Resources
) -> None:
    [api] = _of_type(deployed, "AWS::ApiGatewayV2::Api")
    operations = {
        f"{method.upper()} {path}": operation["security"]
        for path, methods in api["Body"]["paths"].items()
        for method, operation in methods.items()
    }
    opened = {key for key, security in operations.items() if security == [{"NONE": []}]}
    assert opened == {"GET /health", "OPTIONS /{proxy+}"}
    default = "X-AMAZON-APIGATEWAY-ANY-METHOD $default"
    assert operations[default] == [{"Cognito": []}], "any token is told that there is no such route"
    for key in operations.keys() - opened - {default}:
        [requirement] = operations[key]
        [scope] = requirement["Cognito"]
        assert scope in {"prescient/read", "prescient/trade", "prescient/admin"}, key
    assert len(operations) == sum(_events(resources, "HttpApi")), "each event has its operation"


def test_a_function_may_be_invoked_in_fewer_words_than_lambda_takes(deployed: Resources) -> None:
    """One permission for each route of the API would be too long: the deployment would fail."""
    statements: dict[str, int] = {}
    for permission in _of_type(deployed, "AWS::Lambda::Permission"):
        function = permission["FunctionName"]["Ref"]
        around = 200  # what the policy says beside the names: ids of the function and the API
        length = len(json.dumps(permission)) + around
        statements[function] = statements.get(function, 0) + length
    assert statements.keys() == {"ApiFunction", "ResearchFunctionAliaslive"}
    assert max(statements.values()) < 20_480


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


def _events(resources: Resources, kind: str) -> Iterator[bool]:
    for resource in resources.values():
        for event in resource["Properties"].get("Events", {}).values():
            yield event["Type"] == kind
