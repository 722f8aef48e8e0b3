"""The gateway and the function agree on every route and on the scope that it needs."""

from __future__ import annotations

from typing import Any

from prescient.api.application import ROUTES


def test_the_template_routes_what_the_api_serves(resources: dict[str, dict[str, Any]]) -> None:
    served = {
        f"{method} {route.path.replace('<', '{').replace('>', '}')}": route.scope
        for table in ROUTES
        for route in table.routes
        for method in route.methods
    }
    assert _routed(resources) == served


def _routed(resources: dict[str, dict[str, Any]]) -> dict[str, str | None]:
    """The one scope of each route, None where the gateway asks for no token."""
    events = [
        event
        for name in ("ApiFunction", "ResearchFunction")
        for event in resources[name]["Properties"]["Events"].values()
        if event["Type"] == "HttpApi"
    ]
    routes = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": _scope(event)
        for event in events
        if "Path" in event["Properties"]  # $default has the rest
    }
    del routes["OPTIONS /{proxy+}"]
    return routes


def _scope(event: dict[str, Any]) -> str | None:
    authorization = event["Properties"]["Auth"]
    if authorization.get("Authorizer") == "NONE":
        return None
    [scope] = authorization["AuthorizationScopes"]
    return str(scope)
