"""`make openapi`: write the API's OpenAPI document, generated from its routes and models."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from local.demo.own_strategies import registered_from
from prescient import __version__
from prescient.api.application import Application
from prescient.api.authorization import SCHEME
from prescient.api.requests.parameters import ThresholdsQuery
from prescient.core.errors import InvalidRequest
from prescient.core.strategies import registry

_SCHEMA = "#/components/schemas/{model}"
OWN_DOCUMENT = Path(".local/openapi.json")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> str:
    """Return the document as it is committed: JSON with sorted keys, so that changes read well."""
    generated = Application(documented=True).get_openapi_json_schema(
        title="Prescient",
        version=__version__,
        description="Paper trading for prediction markets: portfolios and their trading cycles.",
        security_schemes={SCHEME: HTTPBearer(scheme="bearer", bearerFormat="JWT")},
    )
    described = json.loads(generated)
    _drop_unused_schemas(described)
    _describe_thresholds(described)
    _describe_strategies(described)
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _drop_unused_schemas(described: dict[str, Any]) -> None:
    """Drop the schemas of powertools' errors, and that of the thresholds, which are parameters."""
    for name in (
        "HTTPValidationError",
        "ResponseValidationError",
        "ValidationError",
        "ThresholdsQuery",
    ):
        del described["components"]["schemas"][name]


def _describe_thresholds(described: dict[str, Any]) -> None:
    """Correct the types of the thresholds, which powertools describes as texts."""
    schemas = ThresholdsQuery.model_json_schema()["properties"]
    for operations in described["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in schemas:
                    number, _ = schemas[parameter["name"]]["anyOf"]
                    parameter["schema"] = number


def _describe_strategies(described: dict[str, Any]) -> None:
    """Add the keys of each strategy type to `strategy_config`."""
    strategies = {**registry.STRATEGIES, **registry.registered()}
    models = [strategy.configuration for strategy in strategies.values()]
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in models
    ]
    references, shared = models_json_schema(wanted, ref_template=_SCHEMA)
    schemas = described["components"]["schemas"]
    schemas.update(shared["$defs"])
    for name in ("CreatePortfolio", "UpdatePortfolio"):
        properties = schemas[name]["properties"]
        properties["strategy_type"] = {"enum": list(strategies)}
        properties["strategy_config"] = {
            "anyOf": [references[model, "validation"] for model in models]
        }


def main() -> int:
    """Write docs/openapi.json; with STRATEGIES_PATH, a document with its strategies elsewhere."""
    try:
        folder = registered_from(os.environ)
    except InvalidRequest as error:
        print(error, file=sys.stderr)
        return 2
    path = DOCUMENT if folder is None else OWN_DOCUMENT
    path.parent.mkdir(exist_ok=True)
    path.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
