"""The bearer token of a request: as given, or the profile's, renewed when it has run out.

A profile that `prescient login` wrote has `token_url` and `client_id` (OAuth 2.0, as Amazon Cognito
speaks it), and either a `client_secret` or a `refresh_token`; its `access_token` is kept until
shortly before `expires_at`.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from . import profiles
from .access import Access
from .errors import Refused, Unreachable
from .transport import Transport

_MARGIN_SECONDS = 60
_TIMEOUT_SECONDS = 30
_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of itself; the API alone checks whether it is true."""

    scopes: tuple[str, ...]
    expires_at: datetime | None


def claims(token: str) -> Claims | None:
    """Read the claims of a JSON Web Token, None where it is none."""
    try:
        _, payload, _ = token.split(".")
        read = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires = read.get("exp")
        end = datetime.fromtimestamp(expires, UTC) if isinstance(expires, int | float) else None
        return Claims(tuple(str(read.get("scope", "")).split()), end)
    except (ValueError, binascii.Error, AttributeError, OverflowError):
        return None


class Bearer:
    """Gives the token that goes with an address; None where there is none."""

    def __init__(self, access: Access) -> None:
        self._token = access.token
        self._profile = access.profile

    def __call__(self) -> str | None:
        values = self._profile.values
        if self._token is not None or "token_url" not in values:
            return self._token
        if float(values.get("expires_at") or 0) - _MARGIN_SECONDS > time.time():
            return values["access_token"]
        self._profile = replace(self._profile, values=renewed(values))
        profiles.write(self._profile)
        return self._profile.values["access_token"]


def renewed(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a profile with a new access token. Raises Refused or Unreachable."""
    if secret := values.get("client_secret"):
        form = {"grant_type": "client_credentials", "scope": values.get("scope", "")}
        basic = base64.b64encode(f"{values['client_id']}:{secret}".encode()).decode()
        return {**values, **granted(values["token_url"], form, authorization=f"Basic {basic}")}
    form = {
        "grant_type": "refresh_token",
        "client_id": values["client_id"],
        "refresh_token": values.get("refresh_token", ""),
    }
    return {**values, **granted(values["token_url"], form)}


def granted(token_url: str, form: Mapping[str, str], **headers: str) -> dict[str, str]:
    """Ask the token endpoint; return what a profile keeps of its answer."""
    address, _, path = token_url.partition("://")
    host, _, path = path.partition("/")
    transport = Transport(f"{address}://{host}", seconds=_TIMEOUT_SECONDS, verbose=False)
    received = transport.send(
        "POST",
        f"/{path}",
        headers={"content-type": "application/x-www-form-urlencoded", **headers},
        body=urlencode({name: value for name, value in form.items() if value}).encode(),
    )
    try:
        answer: Any = json.loads(received.content)
        if received.status >= _FIRST_ERROR:
            code = str(answer["error"])
            raise Refused(code, f"{token_url} gives no token: sign in again with prescient login")
        kept = {"access_token": str(answer["access_token"])}
        kept["expires_at"] = str(int(time.time() + float(answer["expires_in"])))
    except (ValueError, TypeError, KeyError):
        raise Unreachable(f"{token_url} answers {received.status}, and no token") from None
    if "refresh_token" in answer:
        kept["refresh_token"] = str(answer["refresh_token"])
    return kept
