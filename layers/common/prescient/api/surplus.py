"""What a route does not know it refuses by name: a typo must not pass for a default."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Route
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from prescient.api.errors import MalformedRequest
from prescient.core.errors import InvalidRequest

EMPTY_BODIES = {"", "{}", "null"}


def refuse_surplus(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """Raise `InvalidRequest` for unknown query parameters and for a body that nobody would read."""
    route: Route = app.context["_route"]
    given = app.current_event.query_string_parameters
    known = set(_query_parameters(route))
    problems = [f"{name}: is not known" for name in given if name not in known]
    body = _body(app.current_event)
    if body not in EMPTY_BODIES and not route.dependant.body_params:
        problems.append("body: this route takes none, only parameters in the query")
    if problems:
        raise InvalidRequest(*problems)
    return next_middleware(app)


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
