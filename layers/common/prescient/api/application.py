"""The application: middlewares and routes around Powertools' resolver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
)
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from prescient.api import exact_json, request_json
from prescient.api.authorization import authorize
from prescient.api.context import CONTEXT_KEY
from prescient.api.errors import answer_errors
from prescient.api.negotiation import negotiate
from prescient.api.request_shape import check_shape, normalised
from prescient.api.routes import (
    cash,
    cycles,
    document,
    experiments,
    explanation,
    health,
    markets,
    movements,
    performance,
    portfolios,
    positions,
    reconcile,
    record,
    statuses,
    steps,
    strategies,
    trading,
)
from prescient.api.routing import Route
from prescient.usecases.support.request_context import RequestContext

ROUTES = (
    health.routes,
    # Before the portfolios', whose path parameter would take `transfer` and `compare` for an id.
    cash.routes,
    performance.routes,
    statuses.routes,  # `pauses` too
    portfolios.routes,
    experiments.routes,
    positions.routes,
    record.routes,
    explanation.routes,
    movements.routes,
    markets.routes,
    strategies.routes,
    trading.routes,
    steps.routes,
    cycles.routes,
    reconcile.routes,
    document.routes,
)
PREFLIGHT = {"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": False}
"""The gateway adds to it what pages of another origin may do; no token comes with the question."""


class Application(APIGatewayHttpResolver):
    """Answers one request at a time; an environment has its own.

    Requests are validated by Powertools' middleware, which `enable_validation` would put before
    the check of the scope; it would also turn every amount of an answer into a string.
    """

    def __init__(self, *, documented: bool = False) -> None:
        super().__init__(
            serializer=exact_json.encode, json_body_deserializer=request_json.decode, debug=False
        )
        validate = OpenAPIRequestValidationMiddleware()  # type: ignore[no-untyped-call]
        self.use(middlewares=[answer_errors, authorize, negotiate, check_shape, validate])
        self._declared: dict[tuple[str, str], Route] = {}
        for table in ROUTES:
            table.add_to(self, documented=documented)
            for route in table.routes:
                self._declared |= {(method, route.path): route for method in route.methods}
        self.fixed_paths = frozenset(route.path for route in self._static_routes)

    def declared(self, method: str, path: str) -> Route:
        """Return what was declared of the route with this path, parameters in `<>`."""
        return self._declared[method, path]

    def methods_at(self, path: str) -> set[str]:
        """Return the methods of the routes of this path; a fixed path is no other route's id."""
        fixed = {route.method for route in self._static_routes if route.rule.match(path)}
        return fixed or {route.method for route in self._dynamic_routes if route.rule.match(path)}

    def answer(self, event: Mapping[str, Any], context: Any, api: RequestContext) -> dict[str, Any]:
        """The answer to an event of payload format 2.0, with what `api` offers."""
        plain = normalised(event)
        if plain["requestContext"]["http"]["method"] == "OPTIONS":
            return dict(PREFLIGHT)
        # Powertools keeps the event in class attributes, which all environments of a process share.
        self.current_event = APIGatewayProxyEventV2(plain, request_json.decode)
        self.lambda_context = context
        self.context[CONTEXT_KEY] = api
        return self.resolve(plain, context)
