"""`make docs`: write the tables of keys in docs/strategies.md from the configuration models."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from prescient.core.strategies.configuration import RuleConfiguration, StrategyConfiguration
from prescient.core.strategies.registry import STRATEGIES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "strategies.md"
HEAD = "| key | default | range | meaning |\n|---|---|---|---|\n"
_TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")
_AFTER_THE_STRATEGIES = "## Rebalancing\n"
_BOUNDS = {
    "minimum": "from {:,.15g}",
    "exclusiveMinimum": "above {:,.15g}",
    "maximum": "to {:,.15g}",
    "exclusiveMaximum": "below {:,.15g}",
}


def page(text: str) -> str:
    """Return `text` with current tables, and a section for each strategy that it lacks."""
    text = _with_table(text, "Keys for all", StrategyConfiguration.model_fields)
    for name, strategy in STRATEGIES.items():
        if f"\n## {name}\n" not in text:
            words = sys.modules[strategy.rule.__module__].__doc__ or ""
            section = f"## {name}\n\n{words.strip()}\n\n"
            text = text.replace(_AFTER_THE_STRATEGIES, section + _AFTER_THE_STRATEGIES)
        own = strategy.configuration.model_fields.keys() - StrategyConfiguration.model_fields.keys()
        text = _with_table(text, name, own, strategy.configuration)
    return text


def _with_table(
    text: str,
    heading: str,
    names: Iterable[str],
    model: type[BaseModel] = StrategyConfiguration,
) -> str:
    """Put the table of these keys where the heading's section has one, else at its end."""
    before, rest = text.split(f"\n## {heading}\n", maxsplit=1)
    section, mark, after = rest.partition("\n## ")
    rows = [f"{row}\n" for row in _rows(model, names)]
    table = HEAD + "".join(rows) if rows else ""
    if _TABLE.search(section):
        section = _TABLE.sub(lambda _: table, section, count=1)
    elif table:
        section = f"{section.rstrip()}\n\n{table}"
    return f"{before}\n## {heading}\n{section}{mark}{after}"


def _rows(model: type[BaseModel], names: Iterable[str], prefix: str = "") -> Iterator[str]:
    """The rows of these keys, in the model's order.

    The keys of a model within it stand behind a dot; those of another strategy's rule have their
    rows with that strategy.
    """
    wanted = set(names)
    properties = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        if name not in wanted:
            continue
        if not isinstance(field.default, BaseModel):
            words = str(field.description).replace("|", "\\|")
            cells = (_default(field.default), _range(properties[name]), words)
            yield f"| `{prefix}{name}` | {' | '.join(cells)} |"
        elif not isinstance(field.default, RuleConfiguration):
            inner = type(field.default)
            yield from _rows(inner, inner.model_fields, f"{prefix}{name}.")


def _default(value: Any) -> str:
    if value is None or value is PydanticUndefined:
        return "–"
    return "all" if value == () else str(value)


def _range(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    for part in schema.get("anyOf", [schema]):
        if part.get("type") in ("number", "integer"):
            said = (words.format(part[name]) for name, words in _BOUNDS.items() if name in part)
            return ", ".join(said)
    return "list of words"


def main() -> int:
    """Write docs/strategies.md."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
