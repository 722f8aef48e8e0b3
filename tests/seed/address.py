"""Where the plan's tests find the API: a port of their own on this machine."""

from __future__ import annotations

from local.http_server import LOOPBACK, listening

LISTENER = listening(0)
BASE_URL = f"http://{LOOPBACK}:{LISTENER.getsockname()[1]}"
