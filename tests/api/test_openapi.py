"""The committed document, the application and the template agree."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from local.aws.template import read_template
from operations.openapi import DOCUMENT, document
from prescient.api.application import ROUTES
from prescient.core.errors import InvalidRequest
from prescient.core.money import LARGEST_BALANCE
from prescient.core.strategies import registry
from tests.api.client import Client, sample

TEMPLATE = read_template({"Stage": "dev", "DatabaseUrl": "postgresql:///none"})


def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    described = json.loads(DOCUMENT.read_text())
    return {
        (method.upper(), path): operation
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }


def test_the_committed_document_is_current() -> None:
    assert DOCUMENT.read_text() == document(), "run `make docs` and commit docs/openapi.json"


def test_it_describes_the_routes_of_the_template_with_their_scopes() -> None:
    documented = {
        key: [scope for scheme in operation.get("security", []) for scope in scheme["jwt"]]
        for key, operation in _operations().items()
    }
    deployed = {(route.method, route.path): list(route.scopes) for route in TEMPLATE.routes}
    # What is there for no operation: unknown routes, and the preflights of browsers.
    assert deployed.pop((None, None)) == deployed.pop(("OPTIONS", "/{proxy+}")) == []
    assert documented == deployed


def test_only_health_is_open() -> None:
    opened = {route.path for table in ROUTES for route in table.routes if route.scope is None}
    assert opened == {"/health"}


def test_every_reference_resolves() -> None:
    text = DOCUMENT.read_text()
    schemas = json.loads(text)["components"]["schemas"]
    referred = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert referred == set(schemas)


def test_every_answer_is_a_model_of_ours() -> None:
    for operation in _operations().values():
        for status, answer in operation["responses"].items():
            schema = answer["content"]["application/json"]["schema"]
            assert schema, status
            if int(status) >= 400:
                error = {"$ref": "#/components/schemas/ErrorBody"}
                late = {"$ref": "#/components/schemas/Health"}
                is_health = operation["operationId"] == "get_health" and status == "503"
                assert schema.get("anyOf", [schema]) == [*([late] * is_health), error]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("CreatePortfolioOfMomentum", "initial_balance"),
        ("CashFlow", "amount"),
        ("CashTransfer", "amount"),
    ],
)
def test_cash_is_bounded_as_the_server_bounds_it(model: str, field: str) -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    number, text = schemas[model]["properties"][field]["anyOf"]
    assert number["maximum"] == LARGEST_BALANCE
    for amount in ("0.01", "999999999999.99", "1000000000000", "1000000000000.00"):
        assert re.search(text["pattern"], amount), amount
    for amount in ("1000000000000.01", "1000000000001", "9999999999999"):
        assert not re.search(text["pattern"], amount), amount


def test_a_new_portfolio_has_the_keys_of_its_strategy_alone() -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    mapping = schemas["CreatePortfolio"]["discriminator"]["mapping"]
    assert mapping.keys() == registry.STRATEGIES.keys()
    for name, reference in mapping.items():
        properties = schemas[reference.rpartition("/")[2]]["properties"]
        assert properties["strategy_type"]["const"] == name
        configuration = schemas[properties["strategy_config"]["$ref"].rpartition("/")[2]]
        model = registry.STRATEGIES[name].configuration
        assert configuration["properties"].keys() == model.model_fields.keys()
        assert configuration["additionalProperties"] is False


def test_every_number_of_a_strategy_is_as_bound_as_text() -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    pattern = schemas["MomentumConfiguration"]["properties"]["cooldown_hours"]["anyOf"][1][
        "pattern"
    ]
    for hours, is_valid in (("0", True), ("87600", True), ("87600.5", False), ("1e3", False)):
        assert bool(re.search(pattern, hours)) is is_valid
        found = registry_accepts({"cooldown_hours": hours})
        assert found is is_valid, hours


def registry_accepts(values: dict[str, object]) -> bool:
    try:
        registry.configuration("momentum", values)
    except InvalidRequest:
        return False
    return True


def test_no_parameter_of_a_query_is_null() -> None:
    for operation in _operations().values():
        for parameter in operation.get("parameters", []):
            assert '"null"' not in json.dumps(parameter["schema"]), parameter["name"]


def test_it_is_served(client: Client) -> None:
    answer = client.send(sample("get_openapi"))
    assert answer.status == 200
    assert json.loads(answer.text) == json.loads(DOCUMENT.read_text())
