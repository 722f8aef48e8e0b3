"""A caller of the API: events of payload format 2.0 in, answers out, on a real database."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel

from prescient.api.application import Application
from prescient.api.document import document
from prescient.core.errors import PrescientError
from prescient.runtime.environment import Environment
from prescient.runtime.http import HttpHandler
from prescient.runtime.settings import Settings
from prescient.store import roles
from prescient.usecases import (
    comparison,
    cycle,
    execute,
    price_update,
    scorecard,
    signal,
    snapshot,
)
from prescient.usecases import filter as filter_step
from prescient.usecases.support import by_hand
from prescient.usecases.support.functions import Step
from prescient.usecases.support.portfolio_step import PortfolioStepRequest
from tests.world import World

EVENTS = Path(__file__).resolve().parents[2] / "events" / "api"
BECAUSE = {"reason": "for a test"}
"""What every change of cash, of a status and of a position by hand asks for."""
ALL_SCOPES = "prescient/read prescient/trade prescient/admin"


def sample(name: str) -> dict[str, Any]:
    """An event of `events/api/`."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def request(
    method: str,
    target: str,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    scope: str | None = ALL_SCOPES,
) -> dict[str, Any]:
    """An event. `scope` None is a caller without claims; a `body` of text goes as it is."""
    url = urlsplit(target)
    context: dict[str, Any] = {
        "http": {"method": method, "path": url.path},
        "requestId": "request-1",
        "stage": "$default",
    }
    if scope is not None:
        context["authorizer"] = {"jwt": {"claims": {"sub": "someone", "scope": scope}}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {url.path}",
        "rawPath": url.path,
        "rawQueryString": url.query,
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if url.query:
        event["queryStringParameters"] = _joined(url.query)
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def _joined(query: str) -> dict[str, str]:
    """API Gateway joins the values of a repeated name by commas."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(several) for name, several in values.items()}


@dataclass(frozen=True)
class Answer:
    """What came back; `json` has decimals as they were written."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)

    @property
    def rules(self) -> dict[str, str]:
        """Each refused field with its rule."""
        return {detail["field"]: detail["rule"] for detail in self.json["details"]}


class Stopwatch:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds


@dataclass
class StandInMachine:
    """Runs the steps of a cycle at once; or `hangs`, or refuses to start with `refusal`."""

    world: World
    hangs: bool = False
    refusal: PrescientError | None = None
    started: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def start(self, name: str, request: str) -> None:
        if self.refusal:
            raise self.refusal
        if name in [known for known, _ in self.started]:
            return
        self.started.append((name, json.loads(request)))
        if not self.hangs:
            self.run(name, json.loads(request))

    def run(self, name: str, parameters: Mapping[str, Any]) -> None:
        asked = {"action": "open", "execution_name": name, "request": parameters}
        opened = cycle.run(cycle.CycleRequest.model_validate(asked), self.world.context)
        cycle_id = opened.cycle_id
        assert cycle_id is not None
        try:
            for portfolio_ids in self.world.filter(cycle_id).chunks:
                self.world.run_chunk(cycle_id, portfolio_ids)
        except PrescientError as error:
            error_output = {"Error": type(error).__name__, "Cause": str(error)}
            self.world.close(cycle_id, error=error_output)
        else:
            self.world.close(cycle_id)


@dataclass
class StandInFunctions:
    """Runs the step at once; or one of `hanging`, which answers in no time that a request waits."""

    world: World
    hanging: set[Step] = field(default_factory=set)

    def invoke(self, step: Step, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if step in self.hanging:
            return None
        steps: Mapping[Step, Any] = {
            Step.FILTER: (filter_step.FilterRequest, filter_step.run, self.world.context),
            Step.SIGNAL: (PortfolioStepRequest, signal.run, self.world.portfolio_context),
            Step.EXECUTE: (PortfolioStepRequest, execute.run, self.world.portfolio_context),
            Step.SNAPSHOT: (PortfolioStepRequest, snapshot.run, self.world.portfolio_context),
            Step.PRICE_UPDATE: (
                price_update.PriceUpdateRequest, price_update.run, self.world.context,
            ),
        }  # fmt: skip
        request, run, context = steps[step]
        answer: BaseModel = (
            by_hand.run(by_hand.ByHandRequest.model_validate(event), context, run)
            if "portfolio_ids" in event
            else run(request.model_validate(event), context)
        )
        return answer.model_dump(mode="json", exclude_none=True)


class Client:
    """Calls the handler in an environment of its own."""

    def __init__(self, world: World, **variables: str) -> None:
        self.world = world
        self.machine = StandInMachine(world)
        self.functions = StandInFunctions(world)
        self.time = Stopwatch()
        counter = itertools.count(1)
        self.handler = HttpHandler(
            Application,
            compare=comparison.compare,
            judge=scorecard.judge,
            describe=document,
            state_machine=lambda _: self.machine,
            functions=lambda names, seconds: self.functions,
            new_id=lambda: f"id-{next(counter)}",
            sleep=self.time.sleep,
            elapsed=self.time,
        )
        role = {"DATABASE_URL": world.database_url, "DATABASE_USER": roles.APP}
        settings = Settings.from_variables({**role, **variables})
        self.environment = Environment(settings, now=world.clock, exchange=world.exchange)
        self._respond = self.handler.bound_to(self.environment)

    def send(self, event: Mapping[str, Any]) -> Answer:
        answer = self._respond(event, None)
        assert answer["isBase64Encoded"] is False
        kinds = {"application/json", "text/csv; charset=utf-8"}
        assert answer["headers"].get("Content-Type") in kinds or not answer["body"]
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def get(self, target: str, **options: Any) -> Answer:
        return self.send(request("GET", target, **options))

    def post(self, target: str, body: object = None, **options: Any) -> Answer:
        return self.send(request("POST", target, body, **options))

    def patch(self, target: str, body: object, **options: Any) -> Answer:
        return self.send(request("PATCH", target, body, **options))

    def create(self, *, headers: Mapping[str, str] | None = None, **changes: Any) -> int:
        """A portfolio of the API; the id."""
        answer = self.post("/portfolios/create", portfolio(**changes), headers=headers)
        assert answer.status == 200, answer.text
        portfolio_id: int = answer.json["portfolio_id"]
        return portfolio_id


def portfolio(**changes: Any) -> dict[str, Any]:
    """The body of a portfolio to create."""
    return {
        "name": "One",
        "strategy_type": "momentum",
        "initial_balance": 10000,
        **changes,
    }
