"""What a module's text shows: whether it imports or calls what a pure function has no use for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

PURE_MODULES = {
    *("__future__", "abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal"),
    *("enum", "fractions", "functools", "hashlib", "heapq", "itertools", "math", "numbers"),
    *("operator", "pydantic", "re", "statistics", "string", "typing"),
}
"""What a strategy may import besides `prescient.core`: nothing of it reads, waits or draws."""

_CALLS = {
    "open": "reads files",
    "input": "reads the keyboard",
    "print": "writes",
    "exec": "runs a text",
    "eval": "runs a text",
    "compile": "runs a text",
    "__import__": "imports past this check",
    "hash": "differs from process to process",
    "id": "differs from process to process",
}
_CLOCK = {"now", "utcnow", "today"}


def impurities(text: str) -> list[str]:
    """Return what is not pure, a line each; raises `SyntaxError` and `ValueError`."""
    found = [finding for node in ast.walk(ast.parse(text)) for finding in _of(node)]
    return [f"line {line}: {words}" for line, words in sorted(found)]


def _of(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import():
            for alias in node.names:
                yield from _of_import(node.lineno, alias.name)
        case ast.ImportFrom():
            yield from _of_import(node.lineno, f"{'.' * node.level}{node.module or ''}")
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield node.lineno, f"{name}() {_CALLS[name]}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in _CLOCK:
            yield node.lineno, f"{name}() asks a clock: the moment is view.decided_at"


def _of_import(line: int, module: str) -> Iterator[tuple[int, str]]:
    is_core = module == "prescient.core" or module.startswith("prescient.core.")
    if not is_core and module.split(".", maxsplit=1)[0] not in PURE_MODULES:
        yield line, f"imports {module}: a strategy knows only what it is given"
