"""`make docs`: write cli/models.py, the command line's models, from docs/openapi.json.

The generator gets a reduced copy of the document, in which schemas have only their shapes: the
command line must read the answers of a newer API. Numbers become `Decimal`, texts with a list of
allowed values become plain texts, and every field is required. Requests need no models: the API
refuses what is wrong by name.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from operations.openapi import DOCUMENT

MODELS = DOCUMENT.parent.parent / "cli" / "models.py"
_HEADER = '"""What the API answers: written by `make docs` from docs/openapi.json."""'
_OPTIONS = (
    "--input-file-type=openapi",
    "--output-model-type=msgspec.Struct",
    "--target-python-version=3.11",
    "--collapse-root-models",
    "--disable-timestamp",
    "--keyword-only",
    "--use-exact-imports",
    "--use-schema-description",
    "--use-single-line-docstring",
    "--use-standard-collections",
    "--use-union-operator",
    "--formatters=builtin",
    f"--custom-file-header={_HEADER}",
)
_KEPT = ("$ref", "additionalProperties", "type")


def models() -> str:
    """Return the module as it is committed."""
    described = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    schemas = described["components"]["schemas"]
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    answers = _reached([operation["responses"] for operation in operations], schemas)
    described["components"]["schemas"] = {name: _shape(schemas[name]) for name in answers}
    described["paths"] = {}
    return _generated(json.dumps(described, sort_keys=True))


def _reached(node: Any, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of the schemas that a part of the document refers to, directly or not."""
    match node:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            further = set() if name in seen else _reached(schemas[name], schemas, seen | {name})
            return {name} | further
        case dict():
            return set().union(*(_reached(part, schemas, seen) for part in node.values()))
        case list():
            return set().union(*(_reached(part, schemas, seen) for part in node))
        case _:
            return set()


def _shape(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without its rules, with all of its fields required."""
    kinds = {part.get("type") for part in schema.get("anyOf", ())}
    if {"number", "string"} <= kinds:
        return {}  # msgspec reads no union of Decimal and str; what is anything is read as it comes
    shape = {key: schema[key] for key in _KEPT if key in schema}
    if "enum" in schema:
        shape["type"] = "string"
    if schema.get("type") == "number":
        shape["format"] = "decimal"
    if "properties" in schema:
        shape["description"] = schema.get("description", "")
        shape["properties"] = {name: _shape(part) for name, part in schema["properties"].items()}
        shape["required"] = list(schema["properties"])
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            shape[key] = _shape(schema[key])
    if "anyOf" in schema:
        shape["anyOf"] = [_shape(part) for part in schema["anyOf"]]
    return shape


def _generated(document: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        given, written = Path(folder, "openapi.json"), Path(folder, "models.py")
        given.write_text(document, encoding="utf-8")
        generator = [sys.executable, "-m", "datamodel_code_generator", *_OPTIONS]
        subprocess.run([*generator, f"--input={given}", f"--output={written}"], check=True)
        module = written.read_text(encoding="utf-8")
    return _ruff("format", _ruff("check", "--fix-only", module))


def _ruff(*arguments_and_module: str) -> str:
    *arguments, module = arguments_and_module
    command = [
        sys.executable,
        "-m",
        "ruff",
        *arguments,
        "--quiet",
        f"--stdin-filename={MODELS}",
        "-",
    ]
    return subprocess.run(command, input=module, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Write cli/models.py."""
    MODELS.write_text(models(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
