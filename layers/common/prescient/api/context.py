"""The parameter by which a route's function gets the context of its request."""

from __future__ import annotations

from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Depends, Request

from prescient.usecases.support.request_context import RequestContext

CONTEXT_KEY = "api"


def _of_request(request: Request) -> RequestContext:
    return cast(RequestContext, request.context[CONTEXT_KEY])


Api = Annotated[RequestContext, Depends(_of_request)]
