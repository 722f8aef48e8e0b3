"""API Gateway on a laptop: the template's routes, authorizer, CORS and throttling."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.aws.authorizer import Authorizer
from local.aws.dispatcher import Invocation, Invoker
from local.aws.environments import TooManyRequestsException
from local.aws.events import event
from local.aws.origins import Origins
from local.aws.refusals import Refused
from local.aws.template import Route, Template
from local.aws.throttle import Throttle

_NO_ROUTE = "path: no route has this path"
_PARAMETER = re.compile(r"\{(\w+)}")


class Gateway:
    """Answers requests by invoking the functions behind the routes."""

    def __init__(self, template: Template, dispatcher: Invoker, key: str) -> None:
        """`key` is the one that signs the tokens."""
        rules = [
            Rule(_PARAMETER.sub(r"<\1>", route.path), methods=[route.method], endpoint=route)
            for route in template.routes
        ]
        self._routes = Map(rules, merge_slashes=False).bind("local")
        self._fixed = [route for route in template.routes if "{" not in route.path]
        self._origins = Origins(template.cross_origin)
        self._authorizer = Authorizer(key)
        self._throttle = Throttle(template.throttling)
        self._dispatcher = dispatcher

    def respond(self, request: Request) -> Response:
        """Answer one request as API Gateway would; refusals have the API's own error body."""
        try:
            response = self._answer(request)
        except Refused as refused:
            response = refused.answer()
        return self._origins.shown_to(request, response)

    def _answer(self, request: Request) -> Response:
        self._origins.check(request)
        path = urlsplit(request.environ["RAW_URI"]).path
        methods = self._methods(path)
        if request.method == "OPTIONS":
            return self._origins.preflight(request, methods)
        route, parameters = self._match(request.method, path, methods)
        claims = self._authorizer.claims(route, request.headers.get("Authorization", ""))
        self._throttle.count(route)
        invocation = self._dispatcher.invoke(
            route.function, event(request, path, route, parameters, claims)
        )
        return _response(invocation)

    def _methods(self, path: str) -> str:
        """List the methods of the path. Raises `Refused` (404) where no route has it."""
        # The router adds HEAD, unlike API Gateway. Fixed paths precede those with parameters.
        fixed = {route.method for route in self._fixed if route.path == path}
        methods = sorted(fixed or {*self._routes.allowed_methods(path)} - {"HEAD", "OPTIONS"})
        if not methods:
            raise Refused(404, "route_not_found", _NO_ROUTE)
        return ", ".join(methods)

    def _match(self, method: str, path: str, methods: str) -> tuple[Route, Mapping[str, str]]:
        if method not in methods.split(", "):
            message = f"method: {method} is not one of {methods}"
            raise Refused(405, "method_not_allowed", message, allow=methods)
        try:
            route, values = self._routes.match(path, method)
        except HTTPException:
            raise Refused(404, "route_not_found", _NO_ROUTE) from None
        return route, {name: unquote(value) for name, value in values.items()}


def _response(invocation: Invocation) -> Response:
    answer = invocation.payload
    if invocation.function_error:
        if answer["errorType"] == TooManyRequestsException.__name__:
            raise Refused(503, "too_busy", "too many requests at once; try again", retry_after="5")
        raise Refused(500, "internal_error", "the function failed; its log says why")
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(json.dumps(answer), headers=_json_type())
    body = (answer.get("body") or "").encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    headers = _json_type() | {str(k).lower(): str(v) for k, v in answer.get("headers", {}).items()}
    return Response(body, answer["statusCode"], headers)


def _json_type() -> dict[str, Any]:
    return {"content-type": "application/json"}
