"""Cycles, past and running."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.requests.parameters import Before, CycleIdInPath, PageSize
from prescient.api.responses.cycles import (
    Cycle,
    CycleAnswer,
    CyclesAnswer,
    CycleSummary,
    PortfolioResult,
)
from prescient.api.routing import RouteTable
from prescient.store import cycles

routes = RouteTable("Trading")


@routes.route(
    ["GET"], "/trading/cycles", scope=Scope.READ, answers={200: CyclesAnswer}, errors=(422,)
)
def list_cycles(api: Api, limit: PageSize = 20, before: Before = None) -> CyclesAnswer:
    """List cycles, newest first, a page at a time."""
    with api.database.transaction() as session:
        rows = cycles.newest(session, limit + 1, before)
    page = rows[:limit]
    more = (
        f"/trading/cycles?limit={limit}&before={page[-1].cycle_id}" if len(rows) > limit else None
    )
    return CyclesAnswer(
        message="Cycles retrieved", cycles=[Cycle.model_validate(row) for row in page], next=more
    )


@routes.route(
    ["GET"],
    "/trading/cycles/<cycle_id>",
    scope=Scope.READ,
    answers={200: CycleAnswer},
    errors=(404, 422),
)
def get_cycle(api: Api, cycle_id: CycleIdInPath) -> CycleAnswer:
    """Read a cycle and what it did, or has done so far, for each of its portfolios."""
    with api.database.snapshot() as session:
        cycle = cycles.get(session, cycle_id)
        rows = cycles.portfolio_results(session, cycle_id)
    results = [PortfolioResult.of(row, cycle) for row in rows]
    return CycleAnswer(
        message="Cycle retrieved",
        cycle=Cycle.model_validate(cycle),
        summary=CycleSummary.of(results),
        portfolio_results=results,
    )
