"""The API's description of itself."""

from __future__ import annotations

import json

from aws_lambda_powertools.event_handler import Response, content_types

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.errors import RouteNotFound
from prescient.api.responses.document import OpenApi
from prescient.api.routing import RouteTable

routes = RouteTable("Document")


@routes.route(["GET"], "/openapi.json", scope=Scope.READ, answers={200: OpenApi})
def get_openapi(api: Api) -> Response[str]:
    """Read this document, with the strategies of this installation."""
    if api.describe is None:
        raise RouteNotFound("path: another function answers it")
    return Response(200, content_types.APPLICATION_JSON, json.dumps(api.describe()))
