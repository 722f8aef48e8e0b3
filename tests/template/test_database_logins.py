"""Every function logs in to the database as its own role; IAM allows it no other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.aws import intrinsics
from local.aws.intrinsics import Resolver
from local.aws.template import TEMPLATE, Function, read_template
from prescient.store import roles
from tests.template.test_template import FUNCTIONS

Resources = dict[str, dict[str, Any]]
OF_PORTFOLIOS = {"signal", "execute", "snapshot"}
OWN = {"Stage": "prod"}
EXISTING = {
    "Stage": "prod",
    "DatabaseUrl": "postgresql://db.example.com:5433/shop",
    "DatabaseResourceId": "db-ABC",
    "VpcId": "vpc-0123abcd",
    "SubnetIds": "subnet-01,subnet-02",
    "SecurityGroupId": "sg-01",
}
BY_SECRET = {
    **EXISTING,
    "MigrationSecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:migrator",
}
BY_TOKEN = {**EXISTING, "MigrationUser": "shop_owner"}
ARN = "arn:aws:rds-db:us-east-1:123456789012:dbuser:"


def _user(name: str) -> str:
    if name == "migrate":
        return ""
    return roles.PORTFOLIO if name in OF_PORTFOLIOS else roles.APP


def _function(name: str, parameters: dict[str, str]) -> Function:
    logical_id = name.title().replace("_", "") + "Function"
    return read_template(parameters).functions[logical_id]


def _resolved(parameters: dict[str, str], node: object) -> Any:
    """A node of the template as a deployment with these parameters has it."""
    document = intrinsics.load(TEMPLATE.read_text())
    return Resolver(document, parameters).resolve(node)


@pytest.fixture(scope="module")
def variables(template: dict[str, Any], functions: Resources) -> Resources:
    """The variables of each function, by the name of its folder."""
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    return {
        name: {**shared, **properties.get("Environment", {}).get("Variables", {})}
        for name, properties in functions.items()
    }


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_proves_itself_as_the_role_of_its_work(name: str) -> None:
    found = _function(name, OWN).variables
    assert found["DATABASE_USER"] == _user(name)
    assert found["DATABASE_AUTHENTICATION"] == ("secret" if name == "migrate" else "iam")
    assert found["DATABASE_URL"] == "postgresql://Database.Outputs.Host:5432/prescient"


@pytest.mark.parametrize("name", sorted(FUNCTIONS - {"migrate"}))
@pytest.mark.parametrize(
    ("parameters", "database"), [(OWN, "Database.Outputs.ResourceId"), (BY_TOKEN, "db-ABC")]
)
def test_a_function_gets_tokens_for_its_own_user_alone(
    name: str,
    parameters: dict[str, str],
    database: str,
    functions: Resources,
    resources: Resources,
) -> None:
    attached = [policy["Ref"] for policy in functions[name]["Policies"] if "Ref" in policy]
    assert [_login(parameters, resources[policy]) for policy in attached] == [
        ("rds-db:connect", f"{ARN}{database}/{_user(name)}")
    ]


@pytest.mark.parametrize(
    ("parameters", "how", "login"),
    [
        (OWN, "secret", ("secretsmanager:GetSecretValue", "Database.Outputs.SecretArn")),
        (
            BY_SECRET,
            "secret",
            ("secretsmanager:GetSecretValue", BY_SECRET["MigrationSecretArn"]),
        ),
        (BY_TOKEN, "iam", ("rds-db:connect", f"{ARN}db-ABC/shop_owner")),
    ],
)
def test_who_migrates_logs_in_by_a_secret_or_a_token(
    parameters: dict[str, str],
    how: str,
    login: tuple[str, str],
    functions: Resources,
    resources: Resources,
) -> None:
    found = _function("migrate", parameters).variables
    assert found["DATABASE_AUTHENTICATION"] == how
    if how == "secret":
        assert found["DATABASE_SECRET_ARN"] == login[1]
    [attached] = [policy for policy in functions["migrate"]["Policies"] if "Fn::If" in policy]
    assert _login(parameters, resources[_resolved(parameters, attached)]) == login


def test_no_other_function_may_log_in(resources: Resources) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            assert "rds-db" not in str(resource), logical_id
            assert "GetSecretValue" not in str(resource), logical_id


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("", True),
        ("postgresql://db.example.com/shop", True),
        ("postgresql://me@db.example.com:5433/shop?options=-c%20search_path%3Dshop", True),
        ("postgresql://me:secret@db.example.com/shop", False),
        ("postgresql://db.example.com/shop?password=secret", False),
        ("host=db.example.com password=secret", False),
    ],
)
@pytest.mark.parametrize("parameter", ["DatabaseUrl", "MigrationDatabaseUrl"])
def test_no_parameter_takes_a_password(
    template: dict[str, Any], parameter: str, url: str, holds: bool
) -> None:
    pattern = template["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, url)) == holds


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, ""),
        (BY_SECRET, ""),
        (BY_TOKEN, ""),
        ({**BY_TOKEN, "DatabaseUrl": "", "DatabaseResourceId": "", "MigrationUser": ""}, ""),
        ({"VpcId": "vpc-1"}, "SubnetIds SecurityGroupId"),
        (
            {"SubnetIds": "subnet-1,subnet-2", "SecurityGroupId": "sg-1"},
            "SubnetIds SecurityGroupId",
        ),
        ({"SubnetsHaveIpv6": "true"}, "SubnetsHaveIpv6"),
        (EXISTING, "MigrationSecretArn,"),
        ({**BY_SECRET, "MigrationUser": "me"}, "MigrationSecretArn,"),
        ({**BY_TOKEN, "DatabaseResourceId": ""}, "DatabaseResourceId"),
        (
            {
                "DatabaseUrl": "postgresql://db/x",
                "DatabaseResourceId": "db-1",
                "MigrationUser": "m",
            },
            "VpcId",
        ),
        ({"MigrationUser": "me", "DatabaseResourceId": "db-1"}, "DatabaseResourceId MigrationUser"),
        ({"MigrationDatabaseUrl": "postgresql://db/x"}, "MigrationDatabaseUrl"),
    ],
)
def test_a_half_given_set_of_parameters_is_refused_by_name(
    template: dict[str, Any], changes: dict[str, str], refused: str
) -> None:
    document = intrinsics.load(TEMPLATE.read_text())
    tests: dict[str, Any] = {}
    told: list[str] = []
    for rule in document["Rules"].values():
        for assertion in [{"Assert": rule["RuleCondition"]}, *rule["Assertions"]]:
            tests[f"Test{len(tests)}"] = assertion["Assert"]
            told.append(assertion.get("AssertDescription", ""))
    document["Conditions"] = tests
    resolver = Resolver(document, {"Stage": "prod", **changes})
    holds = [resolver.resolve({"Fn::If": [name, True, False]}) for name in tests]
    broken, applies = [], False
    for told_rule, is_true in zip(told, holds, strict=True):
        if told_rule == "":
            applies = is_true
        elif applies and not is_true:
            broken.append(told_rule.partition(":")[0].split(" ")[0])
    assert broken == refused.split()


def test_migrations_alone_can_avoid_a_pooler() -> None:
    own = "postgresql://server.example.com/shop"
    parameters = {**BY_TOKEN, "MigrationDatabaseUrl": own}
    for name in FUNCTIONS:
        url = own if name == "migrate" else BY_TOKEN["DatabaseUrl"]
        assert _function(name, parameters).variables["DATABASE_URL"] == url
    assert _function("migrate", BY_TOKEN).variables["DATABASE_URL"] == BY_TOKEN["DatabaseUrl"]


def test_a_statement_ends_before_its_function(
    template: dict[str, Any], functions: Resources, variables: Resources
) -> None:
    """Else Lambda would end the function, and the statement would go on without it."""
    default = template["Globals"]["Function"]["Timeout"]
    for name, properties in functions.items():
        statement = int(variables[name]["DATABASE_STATEMENT_TIMEOUT"])
        assert 0 < statement < properties.get("Timeout", default), name


def _login(parameters: dict[str, str], policy: dict[str, Any]) -> tuple[str, str]:
    """What the only statement of the policy allows, and on what."""
    [statement] = _resolved(parameters, policy["Properties"]["PolicyDocument"])["Statement"]
    assert statement["Effect"] == "Allow"
    return statement["Action"], statement["Resource"]
