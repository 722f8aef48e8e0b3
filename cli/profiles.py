"""The profile file: addresses and tokens under names, readable by its owner only.

`~/.config/prescient/profiles.ini` (under `XDG_CONFIG_HOME` where that is set), or the file that
`PRESCIENT_PROFILES` names. `prescient login` writes it; `make serve` writes one of its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path

from .errors import Misused

DEFAULT = "default"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Profile:
    """A section of a profile file; a section that there is not has no values."""

    file: Path
    name: str
    values: Mapping[str, str] = field(repr=False)


def path(environment: Mapping[str, str]) -> Path:
    """Return where the profiles are."""
    if named := environment.get("PRESCIENT_PROFILES"):
        return Path(named)
    folder = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder, "prescient", "profiles.ini")


def read(file: Path, name: str) -> Profile:
    """Read a profile. Raises Misused for a file that others may read, or that is none."""
    parsed = _parsed(file)
    return Profile(file, name, dict(parsed[name]) if parsed.has_section(name) else {})


def names(file: Path) -> list[str]:
    """Return the names of all profiles. Raises Misused as `read` does."""
    return _parsed(file).sections()


def write(profile: Profile) -> None:
    """Put the profile in the place of the one of its name, at once or not at all.

    Raises Misused where the file cannot be read or written.
    """
    parsed = _parsed(profile.file)
    parsed[profile.name] = dict(profile.values)
    unfinished = profile.file.with_name(f"{profile.file.name}.{os.getpid()}")
    try:
        profile.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        created = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(created, "w", encoding="utf-8") as stream:
            parsed.write(stream)
        unfinished.replace(profile.file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise Misused(f"{profile.file} cannot be written: {error.strerror}") from None


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
