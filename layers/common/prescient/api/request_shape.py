"""What a request may consist of. A typo must not pass for a default, so surplus is refused."""

from __future__ import annotations

import binascii
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Route
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from prescient.api.errors import MalformedRequest
from prescient.core.errors import InvalidRequest

JSON = "application/json"
EMPTY_BODIES = {"", "{}"}


def check_shape(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """Raise `InvalidRequest` for what the route does not know, `MalformedRequest` for no JSON."""
    route: Route = app.context["_route"]
    event = app.current_event
    problems = [*_unknown(event, route), *_repeated(event)]
    has_body = _body(event) not in EMPTY_BODIES
    if has_body and not route.dependant.body_params:
        problems.append("body: this route takes none, only parameters in the query")
    if problems:
        raise InvalidRequest(*problems)
    if has_body and _content_type(event) not in ("", JSON):
        raise MalformedRequest(f"content-type: must be {JSON}")
    return next_middleware(app)


def _unknown(event: APIGatewayProxyEventV2, route: Route) -> list[str]:
    known = set(_query_parameters(route))
    return [f"{name}: is not known" for name in event.query_string_parameters if name not in known]


def _repeated(event: APIGatewayProxyEventV2) -> list[str]:
    names = Counter(name for name, _ in parse_qsl(event.raw_query_string, keep_blank_values=True))
    return [f"{name}: is given {times} times" for name, times in names.items() if times > 1]


def _query_parameters(route: Route) -> Iterator[str]:
    for parameter in route.dependant.query_params:
        model = parameter.type_
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield parameter.alias


def _body(event: APIGatewayProxyEventV2) -> str:
    try:
        return (event.decoded_body or "").strip()
    except (UnicodeDecodeError, binascii.Error) as error:
        raise MalformedRequest("body: is not text in UTF-8") from error


def _content_type(event: APIGatewayProxyEventV2) -> str:
    return event.headers.get("content-type", "").partition(";")[0].strip().lower()
