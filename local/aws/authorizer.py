"""The laptop's authorizer: decides as the JWT authorizer of AWS does, on tokens of a local key."""

from __future__ import annotations

from collections.abc import Mapping

from local.aws.refusals import Refused
from local.aws.template import Route
from prescient.runtime.local_tokens import TokenRefused, verified


class Authorizer:
    """Admits requests with a token that `key` has signed."""

    def __init__(self, key: str) -> None:
        self._key = key

    def claims(self, route: Route, authorization: str) -> Mapping[str, str]:
        """Return the claims of the token in the `authorization` header, none for an open route.

        Raises `Refused`: 401 without a valid token, 403 without one of the route's scopes.
        """
        if not route.authorized:
            return {}
        try:
            claims = verified(authorization, self._key)
        except TokenRefused as refusal:
            challenge = 'Bearer error="invalid_token"' if authorization else "Bearer"
            raise Refused(
                401,
                "unauthenticated",
                f"authorization: {refusal}; make token SCOPE=read|trade|admin prints one",
                www_authenticate=challenge,
            ) from None
        if route.scopes and set(route.scopes).isdisjoint(claims["scope"].split()):
            wanted = " ".join(route.scopes)
            raise Refused(
                403,
                "forbidden",
                f"authorization: the token lacks the scope {wanted}",
                www_authenticate=f'Bearer error="insufficient_scope", scope="{wanted}"',
            )
        return claims
