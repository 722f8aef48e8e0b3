"""API Gateway on a laptop: routes of the template, events of payload format 2.0, the authorizer.

The authorizer trusts every caller on the loopback address: it puts the claims that it was made with
into each event, and checks the route's scopes against them as a JWT authorizer would.
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.aws.dispatcher import Invocation, Invoker
from local.aws.intrinsics import ACCOUNT
from local.aws.template import Route

SCOPES = ("prescient/read", "prescient/trade", "prescient/admin")
DEVELOPER: Mapping[str, str] = {
    "sub": "local-developer",
    "client_id": "local",
    "token_use": "access",
    "scope": " ".join(SCOPES),
}
_PARAMETER = re.compile(r"\{(\w+)}")


@dataclass(frozen=True, slots=True)
class _Match:
    route: Route
    parameters: Mapping[str, str]


class Gateway:
    """Answers requests by invoking the functions behind the routes."""

    def __init__(
        self,
        routes: Sequence[Route],
        dispatcher: Invoker,
        claims: Mapping[str, str] | None = DEVELOPER,
    ) -> None:
        """`claims` are those of every caller; None is a caller without a token."""
        rules = [
            Rule(_PARAMETER.sub(r"<\1>", route.path), methods=[route.method], endpoint=route)
            for route in routes
        ]
        self._routes = Map(rules, merge_slashes=False).bind("local")
        self._dispatcher = dispatcher
        self._claims = claims

    def respond(self, request: Request) -> Response:
        """Answer one request as API Gateway would."""
        path = urlsplit(request.environ["RAW_URI"]).path
        match = self._match(request.method, path)
        if match is None:
            return _message(404, "Not Found")
        if match.route.authorized and self._claims is None:
            return _message(401, "Unauthorized")
        if match.route.authorized and not self._in_scope(match.route):
            return _message(403, "Forbidden")
        event = self._event(request, path, match)
        return _response(self._dispatcher.invoke(match.route.function, event))

    def _match(self, method: str, path: str) -> _Match | None:
        try:
            route, values = self._routes.match(path, method)
        except (NotFound, MethodNotAllowed):
            return None
        return _Match(route, {name: unquote(value) for name, value in values.items()})

    def _in_scope(self, route: Route) -> bool:
        granted = (self._claims or {}).get("scope", "").split()
        return not route.scopes or not set(route.scopes).isdisjoint(granted)

    def _event(self, request: Request, path: str, match: _Match) -> dict[str, Any]:
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{match.route.method} {match.route.path}",
            "rawPath": path,
            "rawQueryString": request.query_string.decode(),
            "headers": {name.lower(): value for name, value in request.headers},
            "requestContext": self._request_context(request, path, match.route),
            "isBase64Encoded": False,
        }
        if request.args:
            event["queryStringParameters"] = {
                name: ",".join(values) for name, values in request.args.lists()
            }
        if match.parameters:
            event["pathParameters"] = dict(match.parameters)
        return event | _body(request.get_data())

    def _request_context(self, request: Request, path: str, route: Route) -> dict[str, Any]:
        now = time.time()
        context: dict[str, Any] = {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": request.host,
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.remote_addr,
                "userAgent": request.user_agent.string,
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": f"{route.method} {route.path}",
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": round(now * 1000),
        }
        if route.authorized:
            jwt = {"claims": dict(self._claims or {}), "scopes": list(route.scopes) or None}
            context["authorizer"] = {"jwt": jwt}
        return context


def _body(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        return {"body": content.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}


def _response(invocation: Invocation) -> Response:
    answer = invocation.payload
    if invocation.function_error:
        return _message(500, "Internal Server Error")
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(json.dumps(answer), headers=_json_type())
    body = (answer.get("body") or "").encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    headers = _json_type() | {str(k).lower(): str(v) for k, v in answer.get("headers", {}).items()}
    return Response(body, answer["statusCode"], headers)


def _message(status: int, message: str) -> Response:
    return Response(json.dumps({"message": message}), status, _json_type())


def _json_type() -> dict[str, str]:
    return {"content-type": "application/json"}
