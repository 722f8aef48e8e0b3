"""`make docs`: write the commands in docs/cli.md from the commands themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli.app import program
from cli.options import SHARED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
_HEAD = "\n## Options of every command\n"


def page(text: str) -> str:
    """Return `text` with its options and commands replaced by the present ones."""
    before, _, _ = text.partition(_HEAD)
    manual = "\n".join(_manual())
    return f"{before.rstrip()}\n{_HEAD}\n{manual}"


def _manual() -> Iterator[str]:
    every = list(commands(typer.main.get_command(program), "prescient"))
    _, any_command = every[0]
    yield from _table(any_command, "option", [p for p in any_command.params if p.name in SHARED])
    yield "## Commands\n"
    for name, command in every:
        yield from _entry(name, command)


def commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield each command with its full name, group by group."""
    for name in group.list_commands(_context(group)):
        command = group.commands[name]
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def _entry(name: str, command: Any) -> Iterator[str]:
    about, _, examples = command.help.partition("\n\nExamples:\n\n\b\n")
    own = [parameter for parameter in command.params if parameter.name not in SHARED]
    usage = " ".join([name, *map(_argument, own), "[OPTIONS]"])
    yield f"### {name}\n\n{about}\n"
    yield f"Usage: `{' '.join(usage.split())}`\n"
    yield from _table(command, "argument or option", own)
    lines = "\n".join(line.strip() for line in examples.splitlines())
    yield f"```text\n{lines}\n```\n"


def _table(command: Any, head: str, parameters: list[Any]) -> Iterator[str]:
    records = [parameter.get_help_record(_context(command)) for parameter in parameters]
    if records:
        rows = [
            f"| `{name.removesuffix(' <str>')}` | {' '.join(meaning.split())} |"
            for name, meaning in records
        ]
        yield "\n".join([f"| {head} | meaning |", "|---|---|", *rows, ""])


def _argument(parameter: Any) -> str:
    if parameter.param_type_name != "argument":
        return ""
    shown = f"{parameter.metavar}…" if parameter.nargs < 0 else parameter.metavar
    return shown if parameter.required else f"[{shown}]"


def _context(command: Any) -> typer.Context:
    return typer.Context(command)


def main() -> int:
    """Write docs/cli.md."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
