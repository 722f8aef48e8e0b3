"""Runs a cycle for a request: opens it, starts the state machine, waits for its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from prescient.api.context import ApiContext
from prescient.api.errors import CycleFailed, StateMachineUnavailable, TooManyExecutions
from prescient.api.portfolio_management import digest
from prescient.store import cycles, idempotency
from prescient.store.cycles import CycleRow
from prescient.store.database import Session
from prescient.usecases.cycle import CycleParameters, open_cycle

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
Choose = Callable[[Session], CycleParameters]


def run(
    route: str,
    asked: Mapping[str, Any],
    choose: Choose,
    idempotency_key: str | None,
    api: ApiContext,
) -> CycleRow:
    """The cycle as it stands when it has ended or the wait is over.

    `choose` turns what was `asked` on `route` into the cycle's parameters. With a key the cycle of
    an earlier request comes back. Raises `CycleFailed`, and what opening and starting raise.
    """
    deadline = api.elapsed() + api.cycle_wait
    if idempotency_key is None:
        cycle_id = _open(f"api-{api.new_id()}", choose, api)
    else:
        request = idempotency.Request(route, idempotency_key, digest(asked))
        cycle_id = _open_once(request, choose, api)
    _start(cycle_id, api, repeatable=idempotency_key is not None)
    cycle = _ended(cycle_id, deadline, api)
    if cycle.status == "failed":
        raise CycleFailed(cycle.error or "unknown error")
    return cycle


def _open(execution_name: str, choose: Choose, api: ApiContext) -> int:
    now = api.now()
    with api.database.transaction() as session:
        return open_cycle(session, choose(session), execution_name, now)


def _open_once(request: idempotency.Request, choose: Choose, api: ApiContext) -> int:
    now = api.now()
    with api.database.transaction() as session:
        earlier = idempotency.earlier_answer(session, request, now)
        if earlier is not None:
            return int(str(earlier["cycle_id"]))
        cycle_id = open_cycle(session, choose(session), _execution_name(request), now)
        idempotency.keep(session, request, {"cycle_id": cycle_id})
        return cycle_id


def _execution_name(request: idempotency.Request) -> str:
    """Derived from the key, so that Step Functions knows a repetition too."""
    return "api-" + hashlib.sha256(f"{request.route} {request.key}".encode()).hexdigest()[:40]


def _start(cycle_id: int, api: ApiContext, *, repeatable: bool) -> None:
    """Start the state machine on an open cycle; it finds the cycle by the execution's name."""
    cycle = _cycle(cycle_id, api)
    if cycle.status != "running":
        return
    request = json.dumps(dict(cycle.parameters), sort_keys=True)
    try:
        api.executions.start(cycle.execution_name or "", request)
    except (TooManyExecutions, StateMachineUnavailable) as error:
        if not repeatable:
            _close(cycle_id, error, api)
        raise


def _close(cycle_id: int, error: Exception, api: ApiContext) -> None:
    """Nobody could ever start this cycle again."""
    now = api.now()
    with api.database.transaction() as session:
        cycles.close(session, cycle_id, f"{type(error).__name__}: {error}", now)


def _ended(cycle_id: int, deadline: float, api: ApiContext) -> CycleRow:
    pause = FIRST_PAUSE_SECONDS
    cycle = _cycle(cycle_id, api)
    while cycle.status == "running" and (left := deadline - api.elapsed()) > 0:
        api.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        cycle = _cycle(cycle_id, api)
    return cycle


def _cycle(cycle_id: int, api: ApiContext) -> CycleRow:
    with api.database.transaction() as session:
        return cycles.get(session, cycle_id)
