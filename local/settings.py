"""The settings of a command, from make or the environment; unknown ones are refused."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from prescient.core.errors import InvalidRequest

_OF_THE_MAKEFILE = ("PYTHON", "VENV")
# A user who sets one of these expects that less happens.
_RESTRAINTS = ("DRY_RUN", "TO")
_EASILY_MISSPELLED = (*_RESTRAINTS, "TIME_ZONE", "SERVER_TIME_ZONE", "BACKUP", "DEMO")


def read(
    command: str,
    known: Collection[str],
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the settings that are given, of those `known` to `make COMMAND`, by name.

    The `arguments` read NAME=value and win over the environment (by default the process's), in
    which the Makefile names in MAKE_SETTINGS what was set on its command line. Raises
    `InvalidRequest`, a problem a setting that the command does not know. Foreign variables of the
    environment are no settings, but a restraint such as DRY_RUN is, and so is a known setting
    that lacks an underscore or is in another case.
    """
    variables = os.environ if environment is None else environment
    assigned = dict(_assignment(argument) for argument in arguments)
    said = (*assigned, *variables.get("MAKE_SETTINGS", "").split())
    unknown = {name for name in said if name not in (*known, *_OF_THE_MAKEFILE)}
    unknown.update(_meant(known, variables))
    if unknown:
        raise InvalidRequest(*(_told(command, name, known) for name in sorted(unknown)))
    return {name: variables[name] for name in known if name in variables} | assigned


def switch(settings: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Read a setting that is yes or no. Raises `InvalidRequest` for any other text."""
    match settings.get(name, "").lower():
        case "":
            return default
        case "1" | "yes" | "true":
            return True
        case "0" | "no" | "false":
            return False
        case _:
            raise InvalidRequest(f"{name}: must be yes or no")


def _assignment(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if not equals:
        raise InvalidRequest(f"{argument}: settings read NAME=value")
    return name, value


def _meant(known: Collection[str], variables: Mapping[str, str]) -> Iterator[str]:
    """The variables of the environment that can only be meant for the command, in vain."""
    meant = {_folded(name): name for name in _EASILY_MISSPELLED if name in (*known, *_RESTRAINTS)}
    for name in variables:
        if meant.get(_folded(name)) is not None and name not in known:
            yield name


def _folded(name: str) -> str:
    return name.replace("_", "").upper()


def _told(command: str, name: str, known: Collection[str]) -> str:
    by_folded = {_folded(setting): setting for setting in known}
    near = get_close_matches(_folded(name), by_folded, n=1)
    hint = f"; {by_folded[near[0]]} is" if near else ""
    listed = ", ".join(known)
    return f"{name}: not a setting of make {command}{hint} (it knows {listed})"
