"""Bearer tokens without a user pool: the laptop signs them, it and `sam local` verify them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from prescient.core.errors import PrescientError

SCOPES = ("prescient/read", "prescient/trade", "prescient/admin")
_ALGORITHM = "HS256"
_ISSUER = "prescient-local"
_SCHEME = "bearer"


class TokenRefused(PrescientError):
    """The request has no valid token of the key; the message says why."""


def issued(key: str, scope: str, *, now: datetime, lifetime: timedelta) -> str:
    """Sign a token for the local developer; `scope` is one or more names, separated by spaces."""
    import jwt

    claims = {
        "iss": _ISSUER,
        "sub": "local-developer",
        "client_id": "local",
        "token_use": "access",
        "scope": scope,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, key, _ALGORITHM)


def authorized(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the event with the claims of its token, as a JWT authorizer adds them.

    `sam local` has no authorizer. Where the token is not valid no claims are added, and the
    application answers 401.
    """
    context = event["requestContext"]
    if "authorizer" in context:
        return event
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        claims = verified(headers.get("authorization", ""), key)
    except TokenRefused:
        return event
    return {**event, "requestContext": {**context, "authorizer": {"jwt": {"claims": claims}}}}


def verified(authorization: str, key: str) -> Mapping[str, str]:
    """Return the claims of an Authorization header, all as texts like those of API Gateway.

    Raises `TokenRefused`.
    """
    import jwt

    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != _SCHEME or not token:
        raise TokenRefused("a bearer token is needed")
    try:
        claims = jwt.decode(
            token,
            key,
            [_ALGORITHM],
            options={"require": ["exp", "iss", "scope", "sub"]},
            issuer=_ISSUER,
        )
    except jwt.ExpiredSignatureError:
        raise TokenRefused("the token has expired") from None
    except jwt.InvalidTokenError:
        raise TokenRefused("the token is not valid here") from None
    return {name: str(value) for name, value in claims.items()}
