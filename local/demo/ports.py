"""The port that a command serves on."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from socket import socket

from local.http_server import listening
from prescient.core.errors import InvalidRequest

_USUAL_PORT = 8000
_HIGHEST_PORT = 65_535


def chosen(settings: Mapping[str, str]) -> int:
    """Read PORT. Raises `InvalidRequest` when it is no port number."""
    given = settings.get("PORT", "")
    if not given:
        return _USUAL_PORT
    if not given.isdecimal() or int(given) > _HIGHEST_PORT:
        raise InvalidRequest(f"PORT={given}: use a whole number from 1 to {_HIGHEST_PORT}")
    return int(given)


def taken(port: int) -> socket:
    """Listen on the port. Raises `InvalidRequest` when that fails, as where it is taken."""
    try:
        return listening(port)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EINVAL).lower()
        raise InvalidRequest(
            f"PORT={port}: {reason}: name another, PORT={max(port + 1, _USUAL_PORT)} for instance"
        ) from None
