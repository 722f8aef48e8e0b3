"""Runs the commands for real databases as a user does, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SETTINGS = (
    "DATABASE_URL",
    "DRY_RUN",
    "TIME_ZONE",
    "SERVER_TIME_ZONE",
    "BACKUP",
    "TO",
    "MAKE_SETTINGS",
)
Main = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: its exit status, and the lines that it printed."""

    status: int
    lines: Sequence[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Commands:
    """Runs them, and reads what they left in the folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, main: Main, **settings: str) -> Ended:
        """The last line says the exit status, of the commands that change something."""
        for name in SETTINGS:
            self._monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)
        self._capsys.readouterr()
        status = main()
        printed = self._capsys.readouterr()
        return Ended(status, (printed.out + printed.err).splitlines())

    def reports(self) -> list[Mapping[str, Any]]:
        """The documents, oldest first."""
        return [json.loads(path.read_text("utf-8")) for path in self._files("reports", ".json")]

    def report(self) -> Mapping[str, Any]:
        """The newest one."""
        return self.reports()[-1]

    def pages(self) -> list[str]:
        """The pages, oldest first."""
        return [path.read_text("utf-8") for path in self._files("reports", ".txt")]

    def backups(self) -> list[Path]:
        return [*self._files("backups", "")]

    def _files(self, folder: str, suffix: str) -> Iterator[Path]:
        yield from sorted(Path(".local", folder).glob(f"*{suffix}"))


@pytest.fixture
def commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Commands:
    monkeypatch.chdir(tmp_path)
    return Commands(monkeypatch, capsys)
