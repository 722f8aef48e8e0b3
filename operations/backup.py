"""`make backup`: a backup by pg_dump, custom format, compressed, whole or not there at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local.postgres import databases, programs
from local.settings import read
from operations.target import Target, look
from prescient.core.errors import PrescientError

SETTINGS = ("DATABASE_URL",)
BACKUPS = Path(".local/backups")
_VERSION = re.compile(r"\b(\d+)(?:\.\d+|devel|beta\d+|rc\d+)")


class BackupFailed(PrescientError):
    """There is no backup; a part of one was removed."""


@dataclass(frozen=True, slots=True)
class Backup:
    """`pg_restore --dbname=... PATH` brings it back into an empty database."""

    path: Path
    bytes: int


def main(arguments: Sequence[str] = ()) -> int:
    """Take a backup of DATABASE_URL; return 0, or 1 where there is none."""
    try:
        settings = read("backup", SETTINGS, arguments)
        taken = take(databases.checked(settings.get("DATABASE_URL", "")), datetime.now(UTC))
    except PrescientError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Backup: {taken.path} ({taken.bytes:,} bytes)")
    print(f"It comes back into an empty database by: pg_restore --dbname=URL {taken.path}")
    return 0


def take(url: str, now: datetime, directory: Path = BACKUPS) -> Backup:
    """Dump the database of the libpq URL to a file named after it and `now`.

    Its password goes to pg_dump by the environment, never by its arguments. Raises `BackupFailed`.
    """
    target = look(url)
    program = _program(target)
    path = directory / f"{target.file_name}-{now:%Y%m%dT%H%M%S.%fZ}.dump"
    unfinished = path.with_suffix(".partial")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        try:
            _dump(program, url, unfinished)
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise BackupFailed(f"backup: {path} cannot be written: {error.strerror}") from error
    return Backup(path, path.stat().st_size)


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """Return the connection without its password, and an environment that holds it."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    shown = make_conninfo("", **parts)
    return shown, dict(os.environ) | ({} if password is None else {"PGPASSWORD": str(password)})


def _dump(program: str, url: str, path: Path) -> None:
    shown, environment = without_password(url)
    arguments = ("--format=custom", "--no-password", "--lock-wait-timeout=10000", "--file", path)
    done = subprocess.run(
        [program, *arguments, "--dbname", shown],
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        errors = " ".join(done.stderr.split())[-500:]
        raise BackupFailed(f"backup: pg_dump ended with {done.returncode}: {errors}")


def _program(server: Target) -> str:
    """Find a pg_dump that is not older than the server: ours, else that of the PATH."""
    found = {program: _major(program) for program in _programs(server)}
    for program, version in found.items():
        if version >= server.version:
            return program
    known = ", ".join(f"{program} is {version}" for program, version in found.items())
    raise BackupFailed(
        f"backup: the server is Postgres {server.version}, and no pg_dump is as new "
        f"({known or 'there is none'}): put one on the PATH, or make a backup yourself and say "
        "BACKUP=no"
    )


def _programs(server: Target) -> Iterator[str]:
    # The wheel's knows no TLS: it would fail, or send the password in the clear.
    if not server.is_encrypted:
        with suppress(programs.PostgresFailed):
            yield str(programs.program("pg_dump"))
    if (on_path := shutil.which("pg_dump")) is not None:
        yield on_path


def _major(program: str) -> int:
    """Return the major version of a program, 0 if it does not run."""
    try:
        printed = subprocess.run(
            [program, "--version"], check=False, capture_output=True, text=True, timeout=30
        ).stdout
    except OSError:
        return 0
    version = _VERSION.search(printed)
    return int(version[1]) if version else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
