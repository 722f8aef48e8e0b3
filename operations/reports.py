"""Reports of what was done to a database: one for programs, one for people, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from operations.target import Target
from prescient.core.errors import PrescientError

FOLDER = Path(".local/reports")
_WIDTH = 110


class ReportFailed(PrescientError):
    """A report could not be written."""


@dataclass(frozen=True, slots=True)
class Report:
    """A pair of files that are named after the database, the moment and what was done."""

    name: str

    @classmethod
    def reserved(cls, target: Target, now: datetime, deed: str) -> Report:
        """Return a report with a name of its own, once its folder has proved that it takes one.

        Raises `ReportFailed`, so that nothing is begun that could not be reported.
        """
        report = cls(f"{target.file_name}-{now:%Y%m%dT%H%M%S.%fZ}-{deed}")
        report._write(".json", "{}\n")
        report._path(".json").unlink()
        return report

    @property
    def page(self) -> Path:
        """The file for people."""
        return self._path(".txt")

    def write(self, content: Mapping[str, Any], page: Iterable[RenderableType]) -> None:
        """Write both files. Raises `ReportFailed`."""
        self._write(".json", json.dumps(content, indent=2, default=float) + "\n")
        written = StringIO()
        Console(file=written, width=_WIDTH, highlight=False).print(*page, sep="\n")
        self._write(
            ".txt", "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())
        )

    def write_sql(self, name: str, text: str) -> Path:
        """Write statements beside the report and return where. Raises `ReportFailed`."""
        self._write(f"-{name}.sql", text)
        return self._path(f"-{name}.sql")

    def _path(self, suffix: str) -> Path:
        return FOLDER / f"{self.name}{suffix}"

    def _write(self, suffix: str, text: str) -> None:
        """Write a file whole or not at all."""
        path, unfinished = self._path(suffix), self._path(".partial")
        try:
            FOLDER.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_text(text, "utf-8")
                unfinished.rename(path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise ReportFailed(f"report: {path} cannot be written: {error.strerror}") from error
