"""`make schema`: writes migrations/schema.sql, the schema that all revisions together make."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import TextWrapper

from local.postgres import databases, migrations, programs, server

DOCUMENT = Path(__file__).resolve().parent.parent / "migrations" / "schema.sql"
_HEADING = """\
-- The schema that all revisions in versions/ together make, to be read: `make schema` writes it.
-- A table follows those that it references; its indexes, comments, policies and rights follow it.
"""
_WIDTH = 100
_ENTRY = re.compile(r"^--\n-- Name: .+\n--\n", re.MULTILINE)
_NO_STATEMENT = re.compile(r"^(?:--|SET default_|\\).*\n", re.MULTILINE)
_RELATION = re.compile(r"public\.(\w+)")
_KEY = re.compile(r"ALTER TABLE ONLY \w+\n    ADD (CONSTRAINT .+);")
_IDENTITY = re.compile(r"ALTER TABLE \w+ ALTER COLUMN (\w+) ADD (GENERATED .+) \(\n[^;]+\);")
_COLUMN_GRANT = re.compile(r"GRANT (\w+)\((.+)\) (ON TABLE \w+ TO \w+;)")
_REFERENCE = re.compile(r"\b(?:REFERENCES|FROM|JOIN) \(*(\w+)")


def document(url: str) -> str:
    """The schema of the database of the libpq URL, as it is committed.

    It names neither server nor version, and two databases of the same schema have the same text.
    """
    relations: dict[str, list[str]] = {}
    for entry in _ENTRY.split(_dump(url))[1:]:
        if statement := _NO_STATEMENT.sub("", entry).strip():
            name = _RELATION.search(statement)
            relations.setdefault(name[1] if name else "", []).append(
                statement.replace("public.", "")
            )
    return "\n\n\n".join([_HEADING.strip(), *_ordered(relations)]) + "\n"


def _dump(url: str) -> str:
    command = [str(programs.program("pg_dump")), "--schema-only", "--no-owner", "--dbname", url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _ordered(relations: dict[str, list[str]]) -> list[str]:
    """Each relation's text after those of the relations that it refers to."""
    texts = {name: _text(*relations[name]) for name in sorted(relations)}
    order = TopologicalSorter[str](dict.fromkeys(texts, ()))
    for name, text in texts.items():
        order.add(name, *(texts.keys() & _REFERENCE.findall(text)) - {name})
    return [_wrapped(texts[name]) for name in order.static_order()]


def _text(definition: str, *others: str) -> str:
    """A relation's statements, with keys and identities inside of the table, as one writes them."""
    following = []
    for statement in others:
        if key := _KEY.fullmatch(statement):
            definition = definition.replace("\n)", f",\n    {key[1]}\n)", 1)
        elif identity := _IDENTITY.fullmatch(statement):
            column, generated = identity.groups()
            of_column = re.compile(rf"(\n    {column} .+?)(?= NOT NULL)")
            definition = of_column.sub(rf"\1 {generated}", definition, count=1)
        else:
            following.append(statement)
    return "\n".join([definition, *_with_columns_joined(following)])


def _with_columns_joined(statements: list[str]) -> list[str]:
    """pg_dump grants each column by itself."""
    columns: dict[tuple[str, str], list[str]] = {}
    others = []
    for statement in statements:
        if grant := _COLUMN_GRANT.fullmatch(statement):
            columns.setdefault((grant[1], grant[3]), []).append(grant[2])
        else:
            others.append(statement)
    return others + [
        f"GRANT {right} ({', '.join(names)}) {rest}" for (right, rest), names in columns.items()
    ]


def _wrapped(text: str) -> str:
    """Lines of at most 100 characters, but for comments, whose words belong to the database."""
    wrapper = TextWrapper(_WIDTH, break_long_words=False, break_on_hyphens=False)
    lines = []
    for line in text.splitlines():
        wrapper.subsequent_indent = " " * (len(line) - len(line.lstrip()) + 4)
        lines.append(line if line.startswith("COMMENT") else wrapper.fill(line))
    return "\n".join(lines)


def main() -> int:
    """Apply all revisions to an empty database and write migrations/schema.sql."""
    with server.throwaway() as postgres:
        url = databases.create(postgres.url("schema"))
        migrations.upgrade(url)
        DOCUMENT.write_text(document(url), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
