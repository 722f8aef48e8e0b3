"""Every named statement of the store says what it is for, and its module sends it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from prescient import store
from prescient.store import statements, turns

FILES = sorted(Path(store.__file__).parent.glob("*.sql"))
HEAD_AND_NEXT_LINE = re.compile(r"^-- (name|part): (\w+)\n(.*)\n", re.MULTILINE)

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@each_file
def test_each_statement_says_what_it_is_for(file: Path) -> None:
    heads = HEAD_AND_NEXT_LINE.findall(file.read_text("utf-8"))
    named = {name for kind, name, _ in heads if kind == "name"}
    assert named == statements.load(str(file)).keys()
    assert [name for _, name, line in heads if not re.match("-- [A-Z]", line)] == []


@each_file
def test_each_part_is_shared_and_is_in_its_statements(file: Path) -> None:
    text = file.read_text("utf-8")
    parts = [name for kind, name, _ in HEAD_AND_NEXT_LINE.findall(text) if kind == "part"]
    assert [part for part in parts if text.count(f"{{{part}}}") < 2] == []
    sent = " ".join(statements.load(str(file)).values())
    assert [part for part in parts if f"{{{part}}}" in sent] == []


@each_file
def test_each_statement_is_used_by_its_module(file: Path) -> None:
    module = ast.parse(file.with_suffix(".py").read_text("utf-8"))
    texts = {node.value for node in ast.walk(module) if isinstance(node, ast.Constant)}
    assert sorted(statements.load(str(file)).keys() - texts) == []


@each_file
def test_what_it_is_for_is_not_sent(file: Path) -> None:
    sent = statements.load(str(file))
    assert [name for name, statement in sent.items() if statement.startswith("--")] == []


def test_psycopg_remembers_how_it_read_the_statement_of_turns() -> None:
    """A longer one is read anew for each chunk, which takes longer than to send it."""
    assert len(turns.SQL["save_turns"]) <= MAX_CACHED_STATEMENT_LENGTH
