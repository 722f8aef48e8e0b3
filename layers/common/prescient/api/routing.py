"""How routes are declared: beside their function, with the scope and the models of the answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args

from aws_lambda_powertools.event_handler import depends
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi import compat
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel

from prescient.api.authorization import Scope, security
from prescient.api.media_types import CSV, JSON
from prescient.api.responses.errors import ErrorBody
from prescient.api.responses.pages import TableAnswer

# For every request Powertools reads anew the signatures of a route and of what it depends on, and
# the types of its parameters. They never change.
depends.build_dependency_tree = cache(depends.build_dependency_tree)
depends.get_type_hints = cache(depends.get_type_hints)  # type: ignore[attr-defined,assignment]
compat.field_annotation_is_scalar = cache(compat.field_annotation_is_scalar)

FunctionT = TypeVar("FunctionT", bound=Callable[..., object])
Answers = Mapping[int, type[BaseModel] | UnionType]
REASONS = {
    200: "Done",
    202: "Still running",
    400: "The body cannot be read",
    401: "No valid token",
    403: "The token lacks the scope",
    404: "There is no such thing",
    405: "The path has routes with other methods; `Allow` names them",
    406: "The route answers with none of the types that `Accept` names",
    409: "The present state does not allow it; `code` names the cause",
    410: "The portfolio of the earlier request with this key has been deleted since",
    412: "The configuration is not the one that `If-Match` names",
    415: "The body is not sent as a type that the route reads",
    422: "An input breaks a rule; `details` name each field and its rule",
    429: "Too many requests",
    500: "Our failure; the log has it under `request_id`",
    503: "The database, the exchange or the state machine cannot be reached; try again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`answers` are the models by status, the first being the usual one.

    `request_types` are the media types that it reads, `response_types` those that it answers with.
    """

    methods: Sequence[str]
    path: str
    scope: Scope | None
    answers: Answers
    errors: Sequence[int]
    request_types: Sequence[str]
    response_types: Sequence[str]
    function: Callable[..., object]


class RouteTable:
    """The routes of one family. Unlike Powertools' Router it can be added to many applications."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def route(
        self,
        methods: Sequence[str],
        path: str,
        *,
        scope: Scope | None,
        answers: Answers,
        errors: Sequence[int] = (),
        request_types: Sequence[str] = (JSON,),
        response_types: Sequence[str] | None = None,
    ) -> Callable[[FunctionT], FunctionT]:
        """Declare a route; `path` has `<parameters>`, `errors` are what it adds to the common."""

        def declare(function: FunctionT) -> FunctionT:
            self.routes.append(
                Route(
                    methods=methods,
                    path=path,
                    scope=scope,
                    answers=answers,
                    errors=errors,
                    request_types=request_types,
                    response_types=response_types or _types(answers),
                    function=function,
                )
            )
            return function

        return declare

    def add_to(self, app: APIGatewayHttpResolver, *, documented: bool) -> None:
        """Add the routes; models of the answers, which only a document needs, cost time."""
        for route in self.routes:
            summary, _, description = (inspect.getdoc(route.function) or "").partition("\n")
            for method in route.methods:
                app.route(
                    route.path,
                    method=method,
                    summary=summary.removesuffix("."),
                    description=description.strip(),
                    responses=_responses(route) if documented else None,
                    tags=[self.tag],
                    operation_id=_operation_id(route, method),
                    security=security(route.scope),
                    status_code=next(iter(route.answers)),
                    cache_control="no-store",
                )(route.function)


def _operation_id(route: Route, method: str) -> str:
    name = route.function.__name__
    return name if len(route.methods) == 1 else f"{name}_by_{method.lower()}"


def _responses(route: Route) -> dict[int, OpenAPIResponse]:
    common = {406, 422, 429, 500, 503} | ({401, 403} if route.scope else set())
    of_body = {400, 415} if "body" in inspect.signature(route.function).parameters else set()
    failures: Answers = dict.fromkeys(sorted(common | of_body | {*route.errors}), ErrorBody)
    answers = {
        status: _response(REASONS[status], model)
        for status, model in {**failures, **route.answers}.items()
    }
    if CSV in route.response_types:
        answers[200]["content"][CSV] = {"schema": {"type": "string"}}
    return answers


def _types(answers: Answers) -> Sequence[str]:
    """The media types of answers: tables, as a page of a list is one, may be had as CSV too."""
    models = (model for answer in answers.values() for model in (answer, *get_args(answer)))
    has_table = any(isinstance(model, type) and issubclass(model, TableAnswer) for model in models)
    return (JSON, CSV) if has_table else (JSON,)


def _response(description: str, model: Any) -> OpenAPIResponse:
    return {"description": description, "content": {"application/json": {"model": model}}}
