"""Cycles, past and running."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    CycleIdInPath,
    CyclePortfolioStatusInQuery,
    Limit,
    NumberCursor,
    Since,
    Until,
)
from prescient.api.responses.cycles import (
    Cycle,
    CycleAnswer,
    CyclesAnswer,
    CycleSummary,
    result_shown,
)
from prescient.api.routing import RouteTable
from prescient.store import cycle_pages, cycles

routes = RouteTable("Trading")


@routes.route(
    ["GET"], "/trading/cycles", scope=Scope.READ, answers={200: CyclesAnswer}, errors=(422,)
)
def list_cycles(
    api: Api,
    here: AskedFor,
    *,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
    since: Since = None,
    until: Until = None,
) -> CyclesAnswer:
    """List cycles, newest first; those that began within a time."""
    with api.database.reading() as session:
        rows = cycle_pages.page(session, window(limit, cursor, since=since, until=until))
    page = here.page(rows, limit, lambda row: row.cycle_id)
    return CyclesAnswer(
        message="Cycles retrieved",
        cycles=[Cycle.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/trading/cycles/<cycle_id>",
    scope=Scope.READ,
    answers={200: CycleAnswer},
    errors=(404, 422),
)
def get_cycle(
    api: Api,
    here: AskedFor,
    cycle_id: CycleIdInPath,
    *,
    status: CyclePortfolioStatusInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
) -> CycleAnswer:
    """Read a cycle and what it did, or has done so far, for its portfolios, by id."""
    with api.database.snapshot(pipelined=True) as session:
        sought = cycles.send_get(session, cycle_id)
        results = cycle_pages.send_portfolio_results(
            session, cycle_id, window(limit, cursor), status
        )
        sums = cycle_pages.send_sums(session, cycle_id)
    cycle, page = sought.get(), here.page(results.get(), limit, lambda row: row.portfolio_id)
    return CycleAnswer(
        message="Cycle retrieved",
        cycle=Cycle.model_validate(cycle),
        summary=CycleSummary.of(sums.get()),
        portfolio_results=[result_shown(row, cycle) for row in page.rows],
        next=page.next,
    )
