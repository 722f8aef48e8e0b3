"""The parts of `template.yaml` that the laptop stack runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws import intrinsics
from local.aws.intrinsics import Resolver

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
DEFAULT_ROUTE = "$default"
_FUNCTION = "AWS::Serverless::Function"
_API = "AWS::Serverless::HttpApi"
_STATE_MACHINE = "AWS::Serverless::StateMachine"
_INTEGRATION = "x-amazon-apigateway-integration"
_INVOKED = re.compile(r":function:(\w+)")
_PLACEHOLDER = re.compile(r"\$\{(\w+)}")


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function. `handler` is `module.attribute` in `folder`; `timeout` is in seconds."""

    logical_id: str
    folder: Path
    handler: str
    timeout: int
    memory: int
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the HTTP API. `path` may have `{parameters}`; open routes have no authorizer.

    The route without a method and a path takes what no other does.
    """

    method: str | None
    path: str | None
    function: str
    authorized: bool
    scopes: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name that API Gateway gives to the route."""
        return f"{self.method} {self.path}" if self.path else DEFAULT_ROUTE


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """What pages of `origin` may do; a browser remembers it for `max_age` seconds."""

    origin: str
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: int


@dataclass(frozen=True, slots=True)
class Throttling:
    """A route's limits: `rate` in requests a second, and `burst`, how many may come at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """`expression` is EventBridge's; `input` is JSON with the scheduler's context attributes."""

    target: str
    expression: str
    input: str


@dataclass(frozen=True, slots=True)
class StateMachine:
    """`definition` is Amazon States Language, its substitutions made."""

    logical_id: str
    name: str
    arn: str
    definition: str


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a stack that run."""

    functions: Mapping[str, Function]
    routes: Sequence[Route]
    cross_origin: CrossOrigin
    throttling: Mapping[str, Throttling]
    schedules: Sequence[Schedule]
    state_machine: StateMachine


def read_template(parameters: Mapping[str, str], path: Path = TEMPLATE) -> Template:
    """Read the template at `path`, its folders relative to it."""
    document = intrinsics.load(path.read_text())
    reader = _Reader(document, Resolver(document, parameters), path.parent)
    machines = [reader.state_machine(name) for name in reader.named(_STATE_MACHINE)]
    assert len(machines) == 1, "the stack has one state machine"
    return Template(
        functions={name: reader.function(name) for name in reader.named(_FUNCTION)},
        routes=list(reader.routes()),
        cross_origin=reader.cross_origin(),
        throttling=reader.throttling(),
        schedules=list(reader.schedules()),
        state_machine=machines[0],
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    document: Mapping[str, Any]
    resolver: Resolver
    folder: Path

    def named(self, kind: str) -> list[str]:
        resources = self.document["Resources"]
        return [name for name, resource in resources.items() if resource["Type"] == kind]

    def function(self, logical_id: str) -> Function:
        shared = self.document.get("Globals", {}).get("Function", {})
        own = self._properties(logical_id)
        properties = {**shared, **own}
        variables = {**_variables(shared), **_variables(own)}
        return Function(
            logical_id=logical_id,
            folder=self.folder / properties["CodeUri"],
            handler=properties["Handler"],
            timeout=properties.get("Timeout", 3),
            memory=properties.get("MemorySize", 128),
            variables={
                name: str(self.resolver.resolve(value)) for name, value in variables.items()
            },
        )

    def state_machine(self, logical_id: str) -> StateMachine:
        properties = self._properties(logical_id)
        values = self.resolver.resolve(properties.get("DefinitionSubstitutions", {}))
        values["ChildExecutionType"] = "STANDARD"  # the only children that moto interprets
        text = (self.folder / properties["DefinitionUri"]).read_text()
        definition = _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), text)
        arn: str = self.resolver.resolve({"Ref": logical_id})
        return StateMachine(logical_id, arn.rsplit(":", 1)[-1], arn, definition)

    def routes(self) -> Iterator[Route]:
        for path, operations in self._api()["DefinitionBody"]["paths"].items():
            for method, operation in operations.items():
                if method != "parameters":
                    yield self._route(path, method, operation)

    def _route(self, path: str, method: str, operation: Mapping[str, Any]) -> Route:
        [security] = operation["security"]
        [(authorizer, scopes)] = security.items()
        uri = self.resolver.resolve(operation[_INTEGRATION]["uri"])
        [function] = _INVOKED.findall(uri)
        takes_the_rest = path == DEFAULT_ROUTE
        return Route(
            method=None if takes_the_rest else method.upper(),
            path=None if takes_the_rest else path,
            function=function,
            authorized=authorizer != "NONE",
            scopes=tuple(scopes),
        )

    def cross_origin(self) -> CrossOrigin:
        given = self.resolver.resolve(self._api()["CorsConfiguration"])
        [origin] = given["AllowOrigins"]
        return CrossOrigin(
            origin=origin,
            methods=tuple(given["AllowMethods"]),
            headers=tuple(given["AllowHeaders"]),
            exposed=tuple(given["ExposeHeaders"]),
            max_age=given["MaxAge"],
        )

    def throttling(self) -> Mapping[str, Throttling]:
        """Return the limits of the routes that have their own, by route key."""
        return {
            key: Throttling(limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"])
            for key, limits in self._api()["RouteSettings"].items()
        }

    def schedules(self) -> Iterator[Schedule]:
        for name in (*self.named(_STATE_MACHINE), *self.named(_FUNCTION)):
            for event in self._events(name, "ScheduleV2"):
                schedule = self.resolver.resolve(event)
                given = schedule.get("Input", json.dumps({}))
                yield Schedule(name, schedule["ScheduleExpression"], given)

    def _api(self) -> Mapping[str, Any]:
        [name] = self.named(_API)
        return self._properties(name)

    def _properties(self, logical_id: str) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.document["Resources"][logical_id]["Properties"]
        return properties

    def _events(self, logical_id: str, kind: str) -> Iterator[Mapping[str, Any]]:
        for event in self._properties(logical_id).get("Events", {}).values():
            if event["Type"] == kind:
                yield event["Properties"]


def _variables(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return variables
