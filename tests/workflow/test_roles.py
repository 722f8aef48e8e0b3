"""On a laptop too, every function logs in as its role: the template says which."""

from __future__ import annotations

from collections.abc import Mapping

from prescient.store import roles
from tests.workflow.desk import Desk

EVENTS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "CycleFunction": (roles.APP, {"action": "open"}),
    "FilterFunction": (roles.APP, {}),
    "SignalFunction": (roles.PORTFOLIO, {"portfolio_id": 1}),
    "ExecuteFunction": (roles.PORTFOLIO, {"portfolio_id": 1}),
    "SnapshotFunction": (roles.PORTFOLIO, {"portfolio_id": 1}),
    "PriceUpdateFunction": (roles.APP, {}),
    "MaintenanceFunction": (roles.APP, {}),
}


def test_every_step_logs_in_as_its_role(desk: Desk) -> None:
    found = {}
    for function, (_, event) in EVENTS.items():
        before = _sessions(desk)
        desk.stack.invoke(function, event)
        [found[function]] = (user for pid, user in _sessions(desk).items() if pid not in before)
    assert found == {function: role for function, (role, _) in EVENTS.items()}


def test_the_api_is_no_owner(desk: Desk) -> None:
    before = _sessions(desk)
    assert desk.stack.call("GET", "/paper-trading/portfolio").status_code == 200
    assert [user for pid, user in _sessions(desk).items() if pid not in before] == [roles.APP]


def _sessions(desk: Desk) -> dict[int, str]:
    """Who is connected beside the observer, by process id."""
    query = """
        SELECT pid, usename FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'prescient'"""
    return {row["pid"]: row["usename"] for row in desk.rows(query)}
