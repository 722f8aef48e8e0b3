"""Where the API is and what opens it: from options, environment, profile, or the checkout."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from . import profiles
from .errors import Misused

LAPTOP = "http://127.0.0.1:8000"
OF_THE_CHECKOUT = Path(".local", "profiles.ini")
"""Where `make serve` says its address and a token, while it runs."""


@dataclass(frozen=True, slots=True)
class Access:
    """An address, what opens it, and where both come from."""

    address: str
    address_source: str
    token: str | None = field(repr=False)
    token_source: str
    profile: profiles.Profile = field(repr=False)


def resolve(
    *,
    url: str | None,
    token: str | None,
    profile: str | None,
    environment: Mapping[str, str],
    folder: Path,
) -> Access:
    """Take each from the first that has it: option, environment, profile, the laptop's own.

    The profile is the one that is named, that of a `make serve` that runs in the checkout around
    the folder, or `default`. Its token opens its own address only. Raises Misused for
    what is no address, and for a profile that does not exist.
    """
    found = _profile(profile or environment.get("PRESCIENT_PROFILE"), environment, folder)
    address, address_source = _first(
        (url, "--url"),
        (environment.get("PRESCIENT_URL"), "PRESCIENT_URL"),
        (found.values.get("url"), f"profile {found.name} of {found.file}"),
        (LAPTOP, "where make serve is"),
    )
    address = checked(address or LAPTOP)
    is_its_own = found.values.get("url") == address
    token, token_source = _first(
        (token, "--token"),
        (environment.get("PRESCIENT_TOKEN"), "PRESCIENT_TOKEN"),
        (found.values.get("token") if is_its_own else None, f"profile {found.name}"),
    )
    if token is None and not is_its_own:
        found = profiles.Profile(found.file, found.name, {})
    return Access(address, address_source, token, token_source, found)


def _first(*sources: tuple[str | None, str]) -> tuple[str | None, str]:
    return next((source for source in sources if source[0]), (None, "none"))


def _profile(name: str | None, environment: Mapping[str, str], folder: Path) -> profiles.Profile:
    file = profiles.path(environment)
    if name is None:
        served = _served(folder)
        return profiles.read(served or file, profiles.DEFAULT)
    found = profiles.read(file, name)
    if not found.values:
        known = ", ".join(profiles.names(file)) or "none"
        raise Misused(f"--profile {name}: {file} has no such profile (it has {known})")
    return found


def _served(folder: Path) -> Path | None:
    """What `make serve` wrote in the nearest checkout; a file of another user is not believed."""
    for parent in (folder, *folder.parents):
        file = parent / OF_THE_CHECKOUT
        try:
            if file.stat().st_uid == os.geteuid():
                return file
        except OSError:
            continue
    return None


def checked(address: str) -> str:
    """Return the address without a slash at its end; raise `Misused` if it is no URL."""
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment or parts.username:
        raise Misused(f"{address!r} is no address of an API: {LAPTOP}, for instance")
    return address.rstrip("/")


def is_private_line(address: str) -> bool:
    """Whether a token can travel there unread: under TLS, or without leaving this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return parts.scheme == "https" or loopback
