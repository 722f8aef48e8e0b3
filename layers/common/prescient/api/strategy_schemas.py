"""One schema a strategy: which keys a configuration may have follows from the strategy's type."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from prescient.api.schema_tidying import tidy
from prescient.core.strategies import registry

_SCHEMA = "#/components/schemas/{model}"
_CREATE = "CreatePortfolio"


def describe_strategies(schemas: dict[str, Any]) -> None:
    """Add the configuration of each strategy, and tell new portfolios apart by `strategy_type`."""
    strategies = {**registry.STRATEGIES, **registry.registered()}
    models = [strategy.configuration for strategy in strategies.values()]
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation") for model in models
    ]
    references, shared = models_json_schema(wanted, ref_template=_SCHEMA)
    schemas.update(tidy(shared["$defs"]))
    configurations = {
        name: references[strategy.configuration, "validation"]
        for name, strategy in strategies.items()
    }
    _tell_apart(schemas, configurations)
    changed = schemas["UpdatePortfolio"]["properties"]
    changed["strategy_type"] = {"enum": list(strategies)}
    for name in ("UpdatePortfolio", "ConfigurationToCheck"):
        anyone = {"anyOf": list(configurations.values())}
        schemas[name]["properties"]["strategy_config"] = anyone


def _tell_apart(schemas: dict[str, Any], configurations: dict[str, Any]) -> None:
    """Make the new portfolio one of as many schemas as there are strategies."""
    common = schemas[_CREATE]
    mapping = {}
    for name, configuration in configurations.items():
        model = f"{_CREATE}Of{''.join(part.title() for part in name.split('_'))}"
        schema = copy.deepcopy(common)
        schema["title"] = model
        schema["properties"]["strategy_type"] = {"const": name, "type": "string"}
        schema["properties"]["strategy_config"] = configuration
        schemas[model] = schema
        mapping[name] = _SCHEMA.format(model=model)
    schemas[_CREATE] = {
        "description": common["description"],
        "discriminator": {"propertyName": "strategy_type", "mapping": mapping},
        "oneOf": [{"$ref": reference} for reference in mapping.values()],
        "title": _CREATE,
    }
