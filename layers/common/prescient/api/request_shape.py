"""The allowed parts of a request. Unknown ones are refused: a typo must not pass for a default."""

from __future__ import annotations

import binascii
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Route
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from prescient.api import routing
from prescient.api.errors import MalformedRequest, UnsupportedMediaType
from prescient.api.media_types import JSON, bare
from prescient.core.errors import InvalidRequest

CONTENT_TYPE = "content-type"
MEDIA_TYPE_KEY = "media_type"
EMPTY_BODIES = {"", "{}"}


class Declaring(Protocol):
    """An application that knows how its routes were declared."""

    def declared(self, method: str, path: str) -> routing.Route:
        """Return what was declared of the route with this path, parameters in `<>`."""
        ...


def check_shape(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """Raise `InvalidRequest` for what the route does not know.

    Raises `MalformedRequest` or `UnsupportedMediaType` for a body that is none of the types that it
    reads.
    """
    route: Route = app.context["_route"]
    event = app.current_event
    declared = cast(Declaring, app).declared(route.method, route.path)
    problems = [*_unknown(event, route), *_repeated(event), *_unstorable(event)]
    has_body = _body(event) not in EMPTY_BODIES
    if has_body and not route.dependant.body_params:
        problems.append("body: this route takes none, only parameters in the query")
    if problems:
        raise InvalidRequest(*problems)
    if route.dependant.body_params and _body(event):
        app.context[MEDIA_TYPE_KEY] = _media_type(event, declared)
    event.raw_event["headers"][CONTENT_TYPE] = JSON  # Powertools knows fewer, and asks without one
    return next_middleware(app)


def normalised(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with header names and the media type in small letters, as RFC 9110 compares them.

    Powertools tells apart their letter cases. Parameters of the media type go: JSON is UTF-8.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if CONTENT_TYPE in headers:
        headers[CONTENT_TYPE] = bare(headers[CONTENT_TYPE])
    return {**event, "headers": headers}


def _media_type(event: APIGatewayProxyEventV2, declared: routing.Route) -> str:
    """Return the type of the body; raises `UnsupportedMediaType`."""
    media_type = event.headers.get(CONTENT_TYPE, "")
    if media_type not in declared.request_types:
        known = " or ".join(declared.request_types)
        raise UnsupportedMediaType(f"{CONTENT_TYPE}: must be {known}")
    return media_type


def _unknown(event: APIGatewayProxyEventV2, route: Route) -> list[str]:
    known = set(_query_parameters(route))
    return [f"{name}: is not known" for name in event.query_string_parameters if name not in known]


def _repeated(event: APIGatewayProxyEventV2) -> list[str]:
    names = Counter(name for name, _ in parse_qsl(event.raw_query_string, keep_blank_values=True))
    return [f"{name}: is given {times} times" for name, times in names.items() if times > 1]


def _unstorable(event: APIGatewayProxyEventV2) -> list[str]:
    found = event.query_string_parameters.items()
    return [f"{name}: holds NUL" for name, value in found if "\0" in value]


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
