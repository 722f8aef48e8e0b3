"""The OpenAPI document, made from the routes and their models, and as strict as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from prescient import __version__
from prescient.api.application import Application
from prescient.api.authorization import SCHEME
from prescient.api.examples import add_examples
from prescient.api.media_types import JSON
from prescient.api.requests.parameters import ThresholdsQuery
from prescient.api.schema_tidying import decimal_form, tidy, without_null
from prescient.api.strategy_schemas import describe_strategies
from prescient.core.strategies import registry

DESCRIPTION = "Paper trading for prediction markets: portfolios and their trading cycles."
_UNUSED = ("HTTPValidationError", "ResponseValidationError", "ValidationError", "ThresholdsQuery")


def document() -> dict[str, Any]:
    """Return the document; made once a process and set of strategies, for it takes its time."""
    return _made(tuple(registry.registered()))


@lru_cache(maxsize=1)
def _made(_own_strategies: tuple[str, ...]) -> dict[str, Any]:
    application = Application()
    generated = Application(documented=True).get_openapi_json_schema(
        title="Prescient",
        version=__version__,
        description=DESCRIPTION,
        security_schemes={SCHEME: HTTPBearer(scheme="bearer", bearerFormat="JWT")},
    )
    described: dict[str, Any] = tidy(json.loads(generated))
    for name in _UNUSED:  # powertools' errors, and a model whose fields are parameters
        del described["components"]["schemas"][name]
    for method, path, operation in operations(described):
        _describe_parameters(operation)
        route = application.declared(method, path.replace("{", "<").replace("}", ">"))
        if "requestBody" in operation:
            _describe_body(operation["requestBody"], route.request_types)
    describe_strategies(described["components"]["schemas"])
    add_examples(described)
    return described


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation with its method and its path."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _describe_parameters(operation: dict[str, Any]) -> None:
    """Correct what powertools says of parameters: thresholds are no texts, and none is null."""
    thresholds = tidy(ThresholdsQuery.model_json_schema()["properties"])
    for parameter in operation.get("parameters", []):
        if parameter["name"] in thresholds:
            number, _ = thresholds[parameter["name"]]["anyOf"]
            parameter["schema"] = {"type": "string", "pattern": decimal_form(number)}
        elif parameter["in"] in ("query", "header"):
            parameter["schema"] = without_null(parameter["schema"])


def _describe_body(body: dict[str, Any], request_types: Any) -> None:
    """Name each media type that the route reads."""
    content = body["content"][JSON]
    schema = {**content, "schema": without_null(content["schema"])}
    body["content"] = dict.fromkeys(request_types, schema)
