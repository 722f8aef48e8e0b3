"""`make token`: tokens for this machine's API, signed with a key that only its user can read."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.ownership import FOLDER
from local.settings import read
from prescient.core.errors import InvalidRequest
from prescient.runtime.local_tokens import SCOPES, issued

LIFETIME = timedelta(hours=12)
KEY_FILE = FOLDER / "token.key"
_KEY_BYTES = 32
_PRIVATE = 0o077
# Each name grants the scopes of those before it, too.
_GRANTED: Mapping[str, str] = {
    name: " ".join(SCOPES[: number + 1]) for number, name in enumerate(("read", "trade", "admin"))
}


def main() -> int:
    """Print a token with SCOPE; return 0, or 2 when SCOPE is no known name."""
    try:
        settings = read("token", ("SCOPE",))
        print(signed(own_key(), settings.get("SCOPE", "")))
    except (InvalidRequest, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def signed(key: str, scope: str, lifetime: timedelta = LIFETIME) -> str:
    """Sign a token for `read`, `trade` (which includes read) or `admin` (which includes both).

    Raises `InvalidRequest` for another name.
    """
    if scope not in _GRANTED:
        raise InvalidRequest(f"SCOPE={scope}: must be read, trade or admin")
    return issued(key, _GRANTED[scope], now=datetime.now(UTC), lifetime=lifetime)


def new_key() -> str:
    return secrets.token_hex(_KEY_BYTES)


def own_key(path: Path = KEY_FILE) -> str:
    """Return this checkout's key; make a new one where it is missing or others could read it."""
    with suppress(FileNotFoundError):
        if path.stat().st_mode & _PRIVATE:
            path.unlink()
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        _write_once(path)
    return path.read_text()


def _write_once(path: Path) -> None:
    """Write a new key whole or not at all; of two processes at once the first one's stays."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key())
    with suppress(FileExistsError):
        os.link(unfinished, path)
    Path(unfinished).unlink()


if __name__ == "__main__":
    sys.exit(main())
