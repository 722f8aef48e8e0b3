"""The committed document, the application and the template agree."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from local.aws.template import read_template
from operations.openapi import DOCUMENT, document
from prescient.api.application import ROUTES
from prescient.core.money import LARGEST_BALANCE

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
    assert documented == deployed


def test_only_health_is_open() -> None:
    opened = {route.path for table in ROUTES for route in table.routes if route.scope is None}
    assert opened == {"/health"}
    assert {route.path for route in TEMPLATE.routes if not route.authorized} == opened


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
    [("CreatePortfolio", "initial_balance"), ("CashFlow", "amount"), ("CashTransfer", "amount")],
)
def test_cash_is_bounded_as_the_server_bounds_it(model: str, field: str) -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    number, text = schemas[model]["properties"][field]["anyOf"]
    assert number["maximum"] == LARGEST_BALANCE
    for amount in ("0.01", "999999999999.99", "1000000000000", "1000000000000.00"):
        assert re.search(text["pattern"], amount), amount
    for amount in ("1000000000000.01", "1000000000001", "9999999999999"):
        assert not re.search(text["pattern"], amount), amount
