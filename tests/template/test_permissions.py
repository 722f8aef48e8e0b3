"""Each role may do what its function's code calls, on what its settings name, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import grimp
import pytest
from botocore import xform_name
from botocore.session import get_session

from local.aws.intrinsics import Resolver
from tests.template.conftest import ROOT
from tests.template.test_database_logins import BY_SECRET, BY_TOKEN, OWN
from tests.template.test_template import FUNCTIONS, LOG_DELIVERY

STEPS = ("FILTER", "SIGNAL", "EXECUTE", "SNAPSHOT", "PRICE_UPDATE")
Variables = Mapping[str, str]
Statements = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls an action: functions that reach `caller` by imports, where settings name `on`."""

    caller: str
    on: Any

    def resources(self, variables: Variables) -> set[str]:
        return {resource for resource in self.on(variables) if resource}


def _machine(variables: Variables) -> list[str]:
    return [variables.get("STATE_MACHINE_ARN", "")]


def _executions(variables: Variables) -> list[str]:
    named = "STATE_MACHINE_ARN" in variables
    return ["arn:aws:states:us-east-1:123456789012:execution:TradingCycle.Name:*"] if named else []


def _steps(variables: Variables) -> list[str]:
    aliases = [variables.get(f"{step}_FUNCTION") for step in STEPS]
    return [alias for alias in aliases if alias]


def _secret(variables: Variables) -> list[str]:
    by_secret = variables["DATABASE_AUTHENTICATION"] == "secret"
    return [variables["DATABASE_SECRET_ARN"]] if by_secret else []


def _login(variables: Variables) -> list[str]:
    by_token = variables["DATABASE_AUTHENTICATION"] == "iam"
    return [variables["DATABASE_USER"]] if by_token else []


CALLS = {
    "states:StartExecution": Call("prescient.usecases.cycle_runs", _machine),
    "states:DescribeExecution": Call("prescient.usecases.sweep", _executions),
    "lambda:InvokeFunction": Call("prescient.usecases.single_steps", _steps),
    "secretsmanager:GetSecretValue": Call("prescient.runtime.database_secret", _secret),
    "rds-db:connect": Call("prescient.runtime.rds_token", _login),
}
# botocore signs a token; it calls no service for it.
SIGNED = {"rds-db:connect"}
# What Lambda does in the name of every function. Their actions know no narrower resources: network
# interfaces and traces have no names beforehand, and a log group's is not known to SAM.
OF_CODEDEPLOY = {"arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"}
OF_LAMBDA = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}
# Whose names are not known beforehand: an execution's is its cycle's.
WILDCARDS = re.compile(r"arn:aws:states:[\w-]+:\d+:execution:[\w.-]+:\*")


@pytest.mark.parametrize("parameters", [OWN, BY_SECRET, BY_TOKEN], ids=["own", "secret", "token"])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_may_do_what_its_code_calls_and_no_more(
    name: str, parameters: Variables, translated: Mapping[str, Any]
) -> None:
    resolver = Resolver(translated, parameters)
    logical_id = name.title().replace("_", "") + "Function"
    properties = translated["Resources"][logical_id]["Properties"]
    variables = resolver.resolve(properties["Environment"]["Variables"])
    granted = _granted(translated, resolver, f"{logical_id}Role")
    queue = granted.pop("sqs:SendMessage", set())
    if users := granted.get("rds-db:connect"):
        granted["rds-db:connect"] = {user.rpartition("/")[2] for user in users}
    reached = _reached(name)
    called = {
        action: call.resources(variables)
        for action, call in CALLS.items()
        if call.caller in reached and call.resources(variables)
    }
    assert granted == called
    assert queue == _queue_of_failures(translated, logical_id), "Lambda itself sends what failed"


def test_the_calls_are_those_of_the_code() -> None:
    assert set(_called_in_the_code()) | SIGNED == set(CALLS)


def test_no_role_has_a_policy_of_aws_but_those_of_lambda(translated: Mapping[str, Any]) -> None:
    for name, role in _of_type(translated, "AWS::IAM::Role"):
        policies = role["Properties"].get("ManagedPolicyArns", [])
        of_aws = {policy for policy in policies if isinstance(policy, str)}
        expected = OF_LAMBDA if name.endswith("FunctionRole") else of_aws & OF_LAMBDA
        expected = OF_CODEDEPLOY if name == "CodeDeployServiceRole" else expected
        assert of_aws == expected, name


def test_no_role_may_do_anything_on_everything(translated: Mapping[str, Any]) -> None:
    resolver = Resolver(translated, OWN)
    for name, _ in _of_type(translated, "AWS::IAM::Role"):
        for action, found in _granted(translated, resolver, name).items():
            assert "*" not in action, name
            for resource in found:
                if resource == "*":
                    assert LOG_DELIVERY.fullmatch(action), (name, action)
                elif "*" in resource:
                    assert WILDCARDS.fullmatch(resource), (name, action, resource)


def test_only_its_own_service_takes_a_role(translated: Mapping[str, Any]) -> None:
    for name, role in _of_type(translated, "AWS::IAM::Role"):
        [statement] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = "lambda" if name.endswith("FunctionRole") else "states"
        service = "scheduler" if name.endswith("ScheduleRole") else service
        service = "codedeploy" if name.startswith("CodeDeploy") else service
        assert statement["Principal"] == {"Service": [f"{service}.amazonaws.com"]}, name


def _granted(translated: Mapping[str, Any], resolver: Resolver, role: str) -> Statements:
    """The resources on which a role may do each action, by its own and attached policies."""
    properties = resolver.resolve(translated["Resources"][role]["Properties"])
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    for attached in set(properties.get("ManagedPolicyArns", [])) - OF_LAMBDA - OF_CODEDEPLOY:
        policy = translated["Resources"][attached]
        documents.append(resolver.resolve(policy["Properties"]["PolicyDocument"]))
    granted: Statements = {}
    for statement in chain.from_iterable(document["Statement"] for document in documents):
        assert statement["Effect"] == "Allow"
        for action in _listed(statement["Action"]):
            granted.setdefault(action, set()).update(_listed(statement["Resource"]))
    return granted


def _queue_of_failures(translated: Mapping[str, Any], logical_id: str) -> set[str]:
    for _, found in _of_type(translated, "AWS::Lambda::EventInvokeConfig"):
        on_failure = found["Properties"].get("DestinationConfig", {}).get("OnFailure")
        if on_failure and found["Properties"]["FunctionName"] == {"Ref": logical_id}:
            return {".".join(on_failure["Destination"]["Fn::GetAtt"])}
    return set()


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("prescient", cache_dir=None)


def _reached(function: str) -> set[str]:
    """The modules that a function imports, at once, later, or by others."""
    graph = _graph()
    tree = ast.parse((ROOT / f"functions/{function}/app.py").read_text())
    names = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    }
    imported = names & graph.modules
    return imported.union(*(graph.find_upstream_modules(name) for name in imported))


def _called_in_the_code() -> Iterator[str]:
    for folder in ("layers/common/prescient", "functions", "migrations"):
        for path in (ROOT / folder).rglob("*.py"):
            yield from _actions(path)


def _actions(path: Path) -> Iterator[str]:
    """What a module calls through the clients of boto3 that it makes, in IAM's words."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    methods = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    for call in calls:
        if ast.unparse(call.func) in {"boto3.client", "boto3.resource"}:
            assert isinstance(call.args[0], ast.Constant), path
            model = get_session().get_service_model(str(call.args[0].value))
            prefix = model.signing_name
            for operation in model.operation_names:
                if xform_name(operation) in methods:
                    yield f"{prefix}:{'InvokeFunction' if operation == 'Invoke' else operation}"


def _of_type(translated: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, resource in translated["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
