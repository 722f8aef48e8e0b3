"""The profile file: addresses and tokens under names, readable by its owner only.

`~/.config/prescient/profiles.ini` (under `XDG_CONFIG_HOME` where that is set), or the file that
`PRESCIENT_PROFILES` names. `prescient login` writes it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path

from .errors import Misused

DEFAULT = "default"
_OWNER_ONLY = 0o600


def path(environment: Mapping[str, str]) -> Path:
    """Return where the profiles are."""
    if named := environment.get("PRESCIENT_PROFILES"):
        return Path(named)
    folder = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder, "prescient", "profiles.ini")


def read(file: Path, name: str) -> dict[str, str]:
    """Return the profile of this name; it is empty where there is none.

    Raises Misused for a file that others may read, or that is no profile file.
    """
    parsed = _parsed(file)
    return dict(parsed[name]) if parsed.has_section(name) else {}


def names(file: Path) -> list[str]:
    """Return the names of all profiles. Raises Misused as `read` does."""
    return _parsed(file).sections()


def write(file: Path, name: str, profile: Mapping[str, str]) -> None:
    """Put the profile in the place of the one of its name, at once or not at all.

    Raises Misused where the file cannot be read or written.
    """
    parsed = _parsed(file)
    parsed[name] = dict(profile)
    written = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        created = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(created, "w", encoding="utf-8") as stream:
            parsed.write(stream)
        written.replace(file)
    except OSError as error:
        written.unlink(missing_ok=True)
        raise Misused(f"{file} cannot be written: {error.strerror}") from None


def _parsed(file: Path) -> ConfigParser:
    # Nothing is a default of all: `[default]` is a profile like the others.
    parsed = ConfigParser(interpolation=None, default_section="")
    try:
        with file.open(encoding="utf-8") as stream:
            _check_private(file, os.fstat(stream.fileno()).st_mode)
            parsed.read_file(stream)
    except FileNotFoundError:
        pass
    except (OSError, Error, UnicodeDecodeError) as error:
        raise Misused(f"{file} cannot be read: {error}") from None
    return parsed


def _check_private(file: Path, mode: int) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misused(f"{file} has tokens in it, and others may read it: chmod 600 {file}")
