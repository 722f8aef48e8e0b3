"""Markets: what the exchange lists, what the tape has of them, and who holds them."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.pages import AskedFor, moment_cursor, window
from prescient.api.requests.parameters import (
    USUAL_LIMIT,
    ClosedInQuery,
    EventIdInQuery,
    Limit,
    MarketIdInPath,
    MomentCursor,
    NumberCursor,
    Since,
    TagOfEventInQuery,
    TextCursor,
    Until,
)
from prescient.api.responses.markets import (
    ExposureAnswer,
    Holder,
    Market,
    MarketAnswer,
    MarketHistoryAnswer,
    MarketsAnswer,
    Observation,
)
from prescient.api.routing import RouteTable
from prescient.store import market_pages
from prescient.store.windows import Window

routes = RouteTable("Markets")


@routes.route(["GET"], "/markets", scope=Scope.READ, answers={200: MarketsAnswer}, errors=(422,))
def list_markets(
    api: Api,
    here: AskedFor,
    *,
    event_id: EventIdInQuery = None,
    tag: TagOfEventInQuery = None,
    closed: ClosedInQuery = None,
    limit: Limit = USUAL_LIMIT,
    cursor: TextCursor = None,
) -> MarketsAnswer:
    """List markets with their newest prices, by id."""
    now, wanted = api.now(), Window(limit=limit + 1, after_text=cursor)
    with api.database.reading() as session:
        rows = market_pages.page(session, wanted, event_id=event_id, tag=tag, closed=closed)
    page = here.page(rows, limit, lambda row: row.market_id)
    return MarketsAnswer(
        message="Markets retrieved",
        markets=[Market.of(row, now) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/markets/<market_id>",
    scope=Scope.READ,
    answers={200: MarketAnswer},
    errors=(404, 422),
)
def get_market(api: Api, market_id: MarketIdInPath) -> MarketAnswer:
    """Read a market with its newest prices."""
    now = api.now()
    with api.database.reading() as session:
        row = market_pages.get(session, market_id)
    return MarketAnswer(message="Market retrieved", market=Market.of(row, now))


@routes.route(
    ["GET"],
    "/markets/<market_id>/history",
    scope=Scope.READ,
    answers={200: MarketHistoryAnswer},
    errors=(404, 422),
)
def list_market_history(
    api: Api,
    here: AskedFor,
    market_id: MarketIdInPath,
    *,
    limit: Limit = USUAL_LIMIT,
    cursor: MomentCursor = None,
    since: Since = None,
    until: Until = None,
) -> MarketHistoryAnswer:
    """List what the tape has of a market, newest first."""
    with api.database.reading() as session:
        rows = market_pages.history(
            session, market_id, window(limit, cursor, since=since, until=until)
        )
        if not rows:
            market_pages.get(session, market_id)
    page = here.page(rows, limit, lambda row: moment_cursor(row.timestamp, row.batch_id))
    return MarketHistoryAnswer(
        message="Market history retrieved",
        observations=[Observation.model_validate(row) for row in page.rows],
        next=page.next,
    )


@routes.route(
    ["GET"],
    "/markets/<market_id>/exposure",
    scope=Scope.READ,
    answers={200: ExposureAnswer},
    errors=(404, 422),
)
def get_market_exposure(
    api: Api,
    here: AskedFor,
    market_id: MarketIdInPath,
    limit: Limit = USUAL_LIMIT,
    cursor: NumberCursor = None,
) -> ExposureAnswer:
    """Read what all portfolios hold of a market, and which of them, the oldest positions first."""
    with api.database.snapshot() as session:
        exposure = market_pages.exposure(session, market_id)
        rows = market_pages.holders(session, market_id, window(limit, cursor))
        if not rows:
            market_pages.get(session, market_id)
    page = here.page(rows, limit, lambda row: row.position_id)
    return ExposureAnswer(
        message="Exposure retrieved",
        market_id=market_id,
        exposure=exposure,
        holders=[Holder.model_validate(row) for row in page.rows],
        next=page.next,
    )
