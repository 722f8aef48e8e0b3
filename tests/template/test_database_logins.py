"""Every function logs in to the database as its own role; IAM allows it no other."""

from __future__ import annotations

from typing import Any

import pytest

from prescient.store import roles
from tests.template.test_template import FUNCTIONS

Resources = dict[str, dict[str, Any]]
OF_PORTFOLIOS = {"signal", "execute", "snapshot"}
MIGRATOR = {"Ref": "MigrationUser"}
ARN = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${DatabaseResourceId}/"


def _user(name: str) -> object:
    if name == "migrate":
        return MIGRATOR
    return roles.PORTFOLIO if name in OF_PORTFOLIOS else roles.APP


@pytest.fixture(scope="module")
def variables(template: dict[str, Any], functions: Resources) -> Resources:
    """The variables of each function, by the name of its folder."""
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    return {
        name: {**shared, **properties.get("Environment", {}).get("Variables", {})}
        for name, properties in functions.items()
    }


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_has_the_role_of_its_work(name: str, variables: Resources) -> None:
    assert variables[name]["DATABASE_USER"] == _user(name)
    assert variables[name]["DATABASE_AUTHENTICATION"] == {"Ref": "DatabaseAuthentication"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_gets_tokens_for_its_own_user_alone(
    name: str, functions: Resources, resources: Resources, variables: Resources
) -> None:
    attached = [
        policy["Fn::If"] for policy in functions[name]["Policies"] if set(policy) == {"Fn::If"}
    ]
    [(condition, policy, otherwise)] = attached
    assert (condition, otherwise) == ("LogsInByIam", {"Ref": "AWS::NoValue"})
    user = variables[name]["DATABASE_USER"]
    user = "${MigrationUser}" if user == MIGRATOR else user
    assert _login(resources[policy["Ref"]]) == {"Fn::Sub": f"{ARN}{user}"}


def test_no_other_function_may_log_in(resources: Resources) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            assert "rds-db" not in str(resource), logical_id


def test_a_login_by_iam_is_complete(template: dict[str, Any]) -> None:
    """A deployment that lacks a parameter fails before it changes anything."""
    rule = template["Rules"]["LoginByIam"]
    required = [assertion["Assert"]["Fn::Not"][0]["Fn::Equals"] for assertion in rule["Assertions"]]
    assert required == [
        [{"Ref": "DatabaseResourceId"}, ""],
        [{"Ref": "DatabaseRootCertificate"}, ""],
        [{"Ref": "MigrationUser"}, ""],
    ]
    assert rule["RuleCondition"] == template["Conditions"]["LogsInByIam"]


def test_migrations_alone_can_avoid_a_pooler(
    template: dict[str, Any], variables: Resources
) -> None:
    own, shared = {"Ref": "MigrationDatabaseUrl"}, {"Ref": "DatabaseUrl"}
    assert template["Conditions"]["IsPooled"] == {"Fn::Not": [{"Fn::Equals": [own, ""]}]}
    for name in FUNCTIONS:
        url = {"Fn::If": ["IsPooled", own, shared]} if name == "migrate" else shared
        assert variables[name]["DATABASE_URL"] == url


def test_a_statement_ends_before_its_function(
    template: dict[str, Any], functions: Resources, variables: Resources
) -> None:
    """Else Lambda would end the function, and the statement would go on without it."""
    default = template["Globals"]["Function"]["Timeout"]
    for name, properties in functions.items():
        statement = int(variables[name]["DATABASE_STATEMENT_TIMEOUT"])
        assert 0 < statement < properties.get("Timeout", default), name


def _login(policy: dict[str, Any]) -> object:
    """What the only statement of the policy allows to connect to."""
    assert policy["Condition"] == "LogsInByIam"
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "rds-db:connect")
    return statement["Resource"]
