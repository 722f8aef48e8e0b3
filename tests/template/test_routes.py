"""The gateway and the function agree on every route and on the scope that it needs."""

from __future__ import annotations

from collections.abc import Mapping

from local.aws.template import DEFAULT_ROUTE, Route
from prescient.api.application import ROUTES
from tests.template.conftest import told_by_sam

OF_THE_GATEWAY = {DEFAULT_ROUTE, "OPTIONS /{proxy+}"}


def test_the_template_routes_what_the_api_serves(routes: Mapping[str, Route]) -> None:
    served = {
        f"{method} {route.path.replace('<', '{').replace('>', '}')}": route.scope
        for table in ROUTES
        for route in table.routes
        for method in route.methods
    }
    routed = {key: _scope(route) for key, route in routes.items() if key not in OF_THE_GATEWAY}
    assert routed == served


def test_sam_local_finds_the_functions_behind_the_routes(routes: Mapping[str, Route]) -> None:
    """It overlooks a route, without a word, whose address it cannot read."""
    found = told_by_sam("routes_of_sam_local.py", "template.yaml")
    led = {key: route.function for key, route in routes.items() if key != DEFAULT_ROUTE}
    assert led.items() <= found.items()


def _scope(route: Route) -> str | None:
    """The one scope of a route, None where the gateway asks for no token."""
    if not route.authorized:
        return None
    [scope] = route.scopes
    return scope
