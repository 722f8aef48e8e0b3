"""Where the plan's tests find the API: a port of their own on this machine."""

from __future__ import annotations

import socket
from functools import cache

from local.http_server import LOOPBACK, listening


@cache
def _taken() -> tuple[socket.socket, str]:
    """The port and its address, taken when first asked for: collecting the tests opens none."""
    opened = listening(0)
    return opened, f"http://{LOOPBACK}:{opened.getsockname()[1]}"


def listener() -> socket.socket:
    return _taken()[0]


class _Address:
    def __str__(self) -> str:
        return _taken()[1]


BASE_URL = _Address()
