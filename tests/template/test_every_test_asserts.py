"""A test that asserts nothing passes whatever the code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.template.conftest import ROOT

TESTS = ROOT / "tests"
# Functions that assert for the test that calls them: of the tests, and of Hypothesis, which checks
# the rules and invariants of a machine.
HELPERS = frozenset({"assert_share"})
ASSERTING = HELPERS | {"run_state_machine_as_test"}


@dataclass(frozen=True)
class Function:
    """A function of the tests, and what it does about asserting."""

    path: Path
    name: str
    asserts: bool
    calls: frozenset[str]


def _functions() -> Iterator[Function]:
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield _read(path.relative_to(ROOT), node)


def _read(path: Path, function: ast.FunctionDef) -> Function:
    inside = list(ast.walk(function))
    calls = [ast.unparse(node.func) for node in inside if isinstance(node, ast.Call)]
    asserts = any(isinstance(node, ast.Assert) for node in inside) or "pytest.raises" in calls
    return Function(path, function.name, asserts, frozenset(calls))


@pytest.fixture(scope="module")
def functions() -> list[Function]:
    return list(_functions())


def test_every_test_asserts(functions: list[Function]) -> None:
    tests = _tests(functions)
    assert len(tests) > 900
    silent = [test for test in tests if not test.asserts and not test.calls & ASSERTING]
    assert not silent, [f"{test.path}: {test.name}" for test in silent]


def test_every_helper_asserts_and_is_needed(functions: list[Function]) -> None:
    assert {function.name for function in functions if function.asserts} >= HELPERS
    silent = [test for test in _tests(functions) if not test.asserts]
    assert {call for test in silent for call in test.calls & ASSERTING} == ASSERTING


def _tests(functions: list[Function]) -> list[Function]:
    return [function for function in functions if function.name.startswith("test_")]
