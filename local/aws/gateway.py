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
from local.aws.template import DEFAULT_ROUTE, Route, Template
from local.aws.throttle import Throttle

_PARAMETER = re.compile(r"\{(\w+)}")
_GREEDY_PARAMETER = re.compile(r"\{(\w+)\+}")


class Gateway:
    """Answers requests by invoking the functions behind the routes."""

    def __init__(self, template: Template, dispatcher: Invoker, key: str) -> None:
        """`key` is the one that signs the tokens."""
        [self._default] = [route for route in template.routes if route.key == DEFAULT_ROUTE]
        rules = [_rule(route) for route in template.routes if route is not self._default]
        self._routes = Map(rules, merge_slashes=False).bind("local")
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
        path = unquote(urlsplit(request.environ["RAW_URI"]).path)
        route, parameters = self._match(request.method, path)
        claims = self._authorizer.claims(route, request.headers.get("Authorization", ""))
        self._throttle.count(route)
        invocation = self._dispatcher.invoke(
            route.function, event(request, path, route, parameters, claims)
        )
        return _response(invocation)

    def _match(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        # The router would let GET answer HEAD, unlike API Gateway.
        if method == "HEAD":
            return self._default, {}
        try:
            return self._routes.match(path, method)
        except HTTPException:
            return self._default, {}


def _rule(route: Route) -> Rule:
    assert route.method, "only $default has none"
    assert route.path
    greedy = _GREEDY_PARAMETER.sub(r"<path:\1>", route.path)
    path = _PARAMETER.sub(r"<\1>", greedy)
    return Rule(path, methods=[route.method], endpoint=route)


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
