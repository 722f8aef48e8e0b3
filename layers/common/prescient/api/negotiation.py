"""JSON or CSV: which of them a client would rather have, and neither where it wants neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Route

from prescient.api import csv_tables
from prescient.api.errors import NotAcceptable
from prescient.api.media_types import CSV, JSON, preferred
from prescient.api.request_shape import Declaring
from prescient.api.responses.pages import PageAnswer, TableAnswer


def negotiate(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """Answer a page as CSV where the client would rather have that.

    Raises `NotAcceptable` for what the route does not answer with.
    """
    route: Route = app.context["_route"]
    offered = cast(Declaring, app).declared(route.method, route.path).response_types
    wanted = preferred(app.current_event.headers.get("accept", ""), offered)
    if wanted is None:
        raise NotAcceptable(f"accept: the route answers with {' or '.join(offered)}")
    response = next_middleware(app)
    if wanted == CSV:
        _turn_into_csv(response)
    return response


def _turn_into_csv(response: Response[Any]) -> None:
    answer = response.body
    if not isinstance(answer, TableAnswer):
        raise NotAcceptable(f"accept: what is no table is answered with {JSON}")
    response.body = csv_tables.table(answer.row(), answer.rows())
    response.headers["Content-Type"] = f"{CSV}; charset=utf-8"
    if isinstance(answer, PageAnswer) and answer.next:
        response.headers["Link"] = f'<{answer.next}>; rel="next"'
