"""Requests as events of API Gateway's payload format 2.0."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request

from local.aws.intrinsics import ACCOUNT
from local.aws.template import Route


def event(
    request: Request,
    path: str,
    route: Route,
    parameters: Mapping[str, str],
    claims: Mapping[str, str],
) -> dict[str, Any]:
    """Return the event; `claims` are what the authorizer has verified, where the route has one."""
    converted: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": request.query_string.decode("latin1"),
        "headers": {name.lower(): value for name, value in request.headers},
        "requestContext": _context(request, path, route, claims),
        "isBase64Encoded": False,
    }
    if request.args:
        converted["queryStringParameters"] = {
            name: ",".join(values) for name, values in request.args.lists()
        }
    if parameters:
        converted["pathParameters"] = dict(parameters)
    return converted | _body(request.get_data())


def _context(
    request: Request, path: str, route: Route, claims: Mapping[str, str]
) -> dict[str, Any]:
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
        "routeKey": route.key,
        "stage": "$default",
        "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": round(now * 1000),
    }
    if route.authorized:
        scopes = list(route.scopes) or None
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": scopes}}
    return context


def _body(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        return {"body": content.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
