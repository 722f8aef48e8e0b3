"""What template.yaml promises about functions, schedules, routes and permissions."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.aws.template import DEFAULT_ROUTE, Route
from prescient.polymarket.transport import FetchLimits
from prescient.runtime.settings import Settings
from prescient.store import cycles
from tests.template.conftest import ROOT

FUNCTIONS = {
    "api",
    "cycle",
    "execute",
    "filter",
    "maintenance",
    "migrate",
    "price_update",
    "research",
    "signal",
    "snapshot",
}
ROUTES_OF_RESEARCH = {"GET /portfolios/compare", "GET /portfolios/{portfolio_id}/scorecard"}
PUBLIC_ROUTES = {"GET /health", "OPTIONS /{proxy+}"}
# CloudWatch Logs knows no resources for these, and a state machine cannot log without them.
LOG_DELIVERY = re.compile(
    r"logs:(\w+LogDeliver(y|ies)|(Describe|Put)ResourcePolic(y|ies)|DescribeLogGroups)"
)

Resources = dict[str, dict[str, Any]]


def test_there_are_the_ten_functions(functions: Resources) -> None:
    assert set(functions) == FUNCTIONS


def test_logical_ids_follow_the_folders(resources: Resources) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            folder = resource["Properties"]["CodeUri"].removeprefix("functions/").rstrip("/")
            assert logical_id == folder.title().replace("_", "") + "Function"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_has_a_small_handler_and_a_sample_event(name: str) -> None:
    handler = ROOT / "functions" / name / "app.py"
    lines = handler.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40, f"{handler} has {len(lines)} lines"
    assert any(line.startswith(("handler =", "handler:", "def handler(")) for line in lines)
    assert (ROOT / f"events/{name}.json").exists() or list((ROOT / f"events/{name}").glob("*.json"))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_has_its_own_log_group_with_retention(
    name: str, functions: Resources, resources: Resources
) -> None:
    group = functions[name]["LoggingConfig"]["LogGroup"]["Ref"]
    assert group == name.title().replace("_", "") + "LogGroup"
    assert resources[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_log_group_expires_and_outlives_the_stack(resources: Resources) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::Logs::LogGroup":
            assert resource["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", logical_id
            assert resource["UpdateReplacePolicy"] == "Retain", logical_id


def test_lambdas_own_filter_lets_metrics_pass_at_every_level(template: dict[str, Any]) -> None:
    """It takes a line without a level for INFO."""
    logging = template["Globals"]["Function"]["LoggingConfig"]
    assert logging["ApplicationLogLevel"] == {"Fn::If": ["LogsDetails", "DEBUG", "INFO"]}
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_LOG_LEVEL"] == {"Ref": "LogLevel"}


def test_who_sweeps_may_ask_whether_a_cycle_runs(functions: Resources) -> None:
    for name in ("price_update", "maintenance"):
        assert functions[name]["Environment"]["Variables"]["STATE_MACHINE_ARN"] == {
            "Ref": "TradingCycle"
        }
        [statement] = [
            statement
            for policy in functions[name]["Policies"]
            for statement in policy.get("Statement", [])
        ]
        assert statement["Action"] == "states:DescribeExecution"


def test_functions_are_not_built_and_layers_are_built_by_make(resources: Resources) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert resource["Metadata"]["SkipBuild"] is True, logical_id
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            assert resource["Metadata"] == {"BuildMethod": "makefile"}, logical_id
            makefile = ROOT / resource["Properties"]["ContentUri"] / "Makefile"
            assert f"\nbuild-{logical_id}:" in makefile.read_text(encoding="utf-8")


def test_every_setting_of_a_function_can_be_overridden_locally(template: dict[str, Any]) -> None:
    """`sam local --env-vars` changes only the variables that the template declares."""
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert {
        "DATABASE_URL",
        "DATABASE_USER",
        "DATABASE_AUTHENTICATION",
        "DATABASE_ROOT_CERTIFICATE",
        "DATABASE_STATEMENT_TIMEOUT",
        "GAMMA_URL",
        "CLOB_URL",
        "CLOCK",
        "MAX_QUOTE_AGE",
        "MAX_FILL_DELAY",
        "SHARED_DEPTH",
        "MAX_BOOKS",
        "TAPE_RETENTION_DAYS",
        "HOURS_RETENTION_DAYS",
        "RECORD_MIN_LIQUIDITY",
        "RECORD_MIN_VOLUME",
        "MAX_MARKET_EXPOSURE",
        "TOTAL_CAPITAL",
        "TOTAL_DRAWDOWN_LIMIT",
        "TOTAL_DRAWDOWN_LIMIT_PERCENT",
        "MAX_CONCURRENCY",
        "PORTFOLIOS_PER_CHUNK",
        "STRATEGIES_PATH",
        "POWERTOOLS_SERVICE_NAME",
        "POWERTOOLS_LOG_LEVEL",
        "PYDANTIC_DISABLE_PLUGINS",
    } == set(variables)


def test_a_quote_may_be_as_old_at_a_fill_as_a_claim_holds(template: dict[str, Any]) -> None:
    assert template["Parameters"]["MaxFillDelay"]["Default"] == cycles.LEASE.total_seconds()
    assert Settings.model_fields["max_fill_delay"].default == cycles.LEASE.total_seconds()


def test_the_api_answers_before_the_gateway_gives_up(functions: Resources) -> None:
    wait = int(functions["api"]["Environment"]["Variables"]["CYCLE_WAIT_SECONDS"])
    assert wait < functions["api"]["Timeout"] < 30


def test_schedules_are_parameters_and_have_no_fixed_name(
    template: dict[str, Any], resources: Resources
) -> None:
    expressions = {}
    for logical_id, event in _events(resources, "ScheduleV2"):
        assert event["OmitName"] is True
        assert '"scheduled_at": "<aws.scheduler.scheduled-time>"' in str(event["Input"])
        parameter = event["ScheduleExpression"]["Ref"]
        expressions[logical_id] = template["Parameters"][parameter]["Default"]
    assert expressions == {
        "TradingCycle": "rate(1 hour)",
        "PriceUpdateFunction": "rate(5 minutes)",
        "ResearchFunction": "rate(30 minutes)",
        "MaintenanceFunction": "cron(30 3 * * ? *)",
    }


def test_a_price_update_ends_before_the_next_one(functions: Resources) -> None:
    assert functions["price_update"]["Timeout"] < 300


@pytest.mark.parametrize("name", ["filter", "price_update", "maintenance"])
def test_a_fetch_that_fails_has_time_to_say_so(functions: Resources, name: str) -> None:
    limits = FetchLimits()
    assert limits.fetch_seconds + limits.read_seconds < functions[name]["Timeout"]


def test_every_route_asks_for_a_scope_and_leads_to_the_api_unless_it_needs_numpy(
    routes: Mapping[str, Route], resources: Resources
) -> None:
    assert resources["HttpApi"]["Properties"]["Auth"]["DefaultAuthorizer"] == "Cognito"
    for key, route in routes.items():
        of_research = key in ROUTES_OF_RESEARCH
        assert route.function == ("ResearchFunction" if of_research else "ApiFunction")
        assert route.authorized == (key not in PUBLIC_ROUTES)
        if key in PUBLIC_ROUTES | {DEFAULT_ROUTE}:
            assert not route.scopes
        else:
            assert set(route.scopes) <= _scopes(resources)
            assert route.scopes


def test_each_path_has_a_sample_request(routes: Mapping[str, Route]) -> None:
    samples = [json.loads(path.read_text()) for path in (ROOT / "events/api").glob("*.json")]
    assert {sample["routeKey"] for sample in samples} <= routes.keys()
    sampled_paths = {_path(sample["routeKey"]) for sample in samples}
    assert sampled_paths == {_path(route) for route in routes}


def test_throttled_routes_exist(routes: Mapping[str, Route], resources: Resources) -> None:
    assert resources["HttpApi"]["Properties"]["RouteSettings"].keys() <= routes.keys()


def test_no_permission_is_for_all_resources(resources: Resources) -> None:
    for logical_id, statement in _statements(resources):
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert "*" not in action, f"{logical_id} may {action}"
            if statement["Resource"] == "*":
                assert LOG_DELIVERY.fullmatch(action), f"{logical_id} may {action} on everything"


def test_the_api_may_start_the_trading_cycle_and_its_steps_and_nothing_else(
    resources: Resources,
) -> None:
    granted = {
        statement["Action"]: statement["Resource"]
        for logical_id, statement in _statements(resources)
        if logical_id == "ApiFunction"
    }
    assert granted.keys() == {"states:StartExecution", "lambda:InvokeFunction"}
    assert granted["states:StartExecution"] == {"Ref": "TradingCycle"}
    steps = ("Filter", "Signal", "Execute", "Snapshot", "PriceUpdate")
    assert granted["lambda:InvokeFunction"] == [{"Ref": f"{step}Function.Alias"} for step in steps]


def test_financial_data_stays_out_of_the_state_machines_log(resources: Resources) -> None:
    logging = resources["TradingCycle"]["Properties"]["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


def test_sam_accepts_the_template() -> None:
    sam = ROOT / ".venv-sam/bin/sam"
    if not sam.exists():
        pytest.skip("no SAM CLI: make .venv-sam/.ready installs it")
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    command: list[str | Path] = [sam, "validate", "--lint"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _events(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in resources.items():
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield logical_id, event["Properties"]


def _statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in resources.items():
        properties = resource["Properties"]
        policies = properties.get("Policies", [])  # a mapping where it is that of a user pool
        inline = policies if isinstance(policies, list) else []
        for document in [properties.get("PolicyDocument", {}), *inline]:
            for statement in document.get("Statement", []):
                yield logical_id, statement


def _path(route_key: str) -> str:
    return route_key.rpartition(" ")[2]


def _scopes(resources: Resources) -> set[str]:
    server = resources["ResourceServer"]["Properties"]
    return {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}
