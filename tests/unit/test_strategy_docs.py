"""`docs/strategies.md` lists exactly the keys that the models have, with their words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration

PAGE = (Path(__file__).parents[2] / "docs" / "strategies.md").read_text("utf-8")
COMMON = set(StrategyConfiguration.model_fields)
BOUNDS = {
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "to {}",
    "exclusiveMaximum": "below {}",
}


def rows(model: type[BaseModel], names: list[str], prefix: str = "") -> Iterator[str]:
    """The table's rows of these keys; a key that holds further keys has no row of its own."""
    properties = model.model_json_schema()["properties"]
    for name in names:
        field = model.model_fields[name]
        if not isinstance(field.default, BaseModel):
            words = str(field.description).replace("|", "\\|")
            cells = (_default(field.default), _range(properties[name]), words)
            yield f"| `{prefix}{name}` | {' | '.join(cells)} |"


def _default(value: Any) -> str:
    if value is None or value is PydanticUndefined:
        return "–"
    return "all" if value == () else str(value)


def _range(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    for part in schema.get("anyOf", [schema]):
        if part.get("type") in ("number", "integer"):
            said = [words.format(part[name]) for name, words in BOUNDS.items() if name in part]
            return ", ".join(said).replace(".0", "")
    return "list of words"


def own_keys(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if name not in COMMON]


def tables() -> dict[str, list[str]]:
    """For each heading, the rows below it."""
    common = list(StrategyConfiguration.model_fields)
    found = {"Keys for all": list(rows(StrategyConfiguration, common))}
    for name, strategy in registry.STRATEGIES.items():
        found[name] = list(rows(strategy.configuration, own_keys(strategy.configuration)))
    weights = registry.STRATEGIES["hybrid"].configuration.model_fields["weights"].annotation
    assert isinstance(weights, type)
    assert issubclass(weights, BaseModel)
    found["hybrid"] += list(rows(weights, list(weights.model_fields), "weights."))
    return found


@pytest.mark.parametrize(("heading", "expected"), tables().items())
def test_the_page_has_these_rows(heading: str, expected: list[str]) -> None:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("| `")]
    assert listed == expected, "\n".join(["expected:", *expected])
