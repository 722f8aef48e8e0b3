"""Where the API is and what opens it: from options, environment, profile, or the checkout."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from . import profiles
from .errors import Misused

LAPTOP = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Access:
    """An address, and where its token comes from: as given, or what the profile has for it."""

    address: str
    token: str | None = field(repr=False)
    source: str
    profile_name: str
    profile: Mapping[str, str] = field(repr=False)


def resolve(
    *,
    url: str | None,
    token: str | None,
    profile: str | None,
    environment: Mapping[str, str],
) -> Access:
    """Take each from the first that has it: option, environment, profile, the laptop's own.

    A profile's token opens the profile's address only. Raises Misused for an address that is none,
    or a profile that there is not.
    """
    file = profiles.path(environment)
    named = profile or environment.get("PRESCIENT_PROFILE")
    found = profiles.read(file, named or profiles.DEFAULT)
    if named and not found:
        known = ", ".join(profiles.names(file)) or "none"
        raise Misused(f"--profile {named}: {file} has no such profile (it has {known})")
    given = url or environment.get("PRESCIENT_URL")
    address = checked(given or found.get("url") or LAPTOP)
    ours = found if found.get("url") == address else {}
    for value, source in (
        (token, "--token"),
        (environment.get("PRESCIENT_TOKEN"), "PRESCIENT_TOKEN"),
    ):
        if value:
            return Access(address, value, source, named or profiles.DEFAULT, {})
    source = f"profile {named or profiles.DEFAULT}" if ours else "none"
    return Access(address, ours.get("token"), source, named or profiles.DEFAULT, ours)


def checked(address: str) -> str:
    """Return the address without a slash at its end. Raises Misused for one that is none."""
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment or parts.username:
        raise Misused(f"{address!r} is no address of an API: http://127.0.0.1:8000, for instance")
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
