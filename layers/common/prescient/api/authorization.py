"""Scopes: API Gateway has checked them before, and the function checks again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Protocol, cast

from aws_lambda_powertools.event_handler import Depends, Request, Response
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Route

from prescient.api.errors import Forbidden, MethodNotAllowed, RouteNotFound, Unauthenticated

SCHEME = "jwt"
SCOPES_KEY = "scopes"
CALLER_KEY = "caller"
LONGEST_CALLER = 255
Security = list[dict[str, list[str]]]
Scopes = Sequence[str]


class Routed(Protocol):
    """An application that knows its routes."""

    fixed_paths: frozenset[str]

    def methods_at(self, path: str) -> set[str]:
        """Return the methods of the routes that have this path."""
        ...


class Scope(StrEnum):
    """What a token may be good for; none includes another."""

    READ = "prescient/read"
    TRADE = "prescient/trade"
    ADMIN = "prescient/admin"


def security(scope: Scope | None) -> Security:
    """A route's requirement as OpenAPI writes it; None opens the route to everyone."""
    return [] if scope is None else [{SCHEME: [scope.value]}]


def authorize(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """Raise `Unauthenticated` without claims, `Forbidden` without the route's scope.

    A path that no route has is `RouteNotFound`, another method of one that some have
    `MethodNotAllowed`; strangers are told neither.
    """
    route = cast(Route, app.context["_route"])
    required = route.security
    if required != security(None):
        claims = _claims(app.current_event.raw_event)
        granted = str(claims.get("scope", "")).split()
        # Powertools lets a route of its own, without a requirement, stand for an unknown path.
        if required is None or not _is_routed(app, route):
            raise _not_routed(app)
        for scope in (scope for scheme in required for scope in scheme[SCHEME]):
            require_scope(scope, granted)
        app.context[SCOPES_KEY] = granted
        app.context[CALLER_KEY] = _caller(claims)
    return next_middleware(app)


def require_scope(scope: str, granted: Scopes) -> None:
    """Raise `Forbidden` where the scope is not granted: for what a route does only sometimes."""
    if scope not in granted:
        raise Forbidden(f"authorization: the token lacks the scope {scope}")


def _is_routed(app: APIGatewayHttpResolver, route: Route) -> bool:
    """Whether the route is the path's own: a fixed path of another method is no route's id."""
    event = app.current_event
    is_taken = event.path != route.path and event.path in cast(Routed, app).fixed_paths
    return event.http_method == route.method and not is_taken


def _not_routed(app: APIGatewayHttpResolver) -> RouteNotFound | MethodNotAllowed:
    event = app.current_event
    allowed = cast(Routed, app).methods_at(event.path)
    if allowed:
        return MethodNotAllowed(event.http_method, allowed)
    return RouteNotFound("path: no route has this path")


def _of_request(request: Request) -> Scopes:
    return cast(Scopes, request.context[SCOPES_KEY])


def _caller_of_request(request: Request) -> str:
    return cast(str, request.context[CALLER_KEY])


def _caller(claims: Mapping[str, Any]) -> str:
    """Who the token was issued to: a person's id, or a machine's client."""
    name = claims.get("sub") or claims.get("client_id") or "unknown"
    return str(name)[:LONGEST_CALLER]


def _claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    authorizer = event["requestContext"].get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims")
    if not isinstance(claims, Mapping) or not claims:
        raise Unauthenticated("authorization: a bearer token is needed")
    return claims


GrantedScopes = Annotated[Scopes, Depends(_of_request)]
Caller = Annotated[str, Depends(_caller_of_request)]
