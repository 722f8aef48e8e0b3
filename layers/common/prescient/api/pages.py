"""How lists are paged: by the key of the last row that a reader has, never by an offset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Depends, Request

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios
from prescient.store.database import Session
from prescient.store.windows import Window
from prescient.usecases.support.request_context import RequestContext

RowT = TypeVar("RowT")
Cursor = int | str | date
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """The rows of a page, and the URL of the one after it; None on the last."""

    rows: Sequence[RowT]
    next: str | None


@dataclass(frozen=True, slots=True)
class Here:
    """The list that is asked for: its path, and the parameters of the query as they came."""

    path: str
    parameters: Mapping[str, str]

    def page(
        self, rows: Sequence[RowT], limit: int, cursor: Callable[[RowT], Cursor]
    ) -> Page[RowT]:
        """The first `limit` of rows that were read by `window`; `cursor` names a row's place."""
        shown = rows[:limit]
        return Page(shown, self.link(cursor(shown[-1])) if len(rows) > limit else None)

    def link(self, cursor: Cursor) -> str:
        """Where the same list goes on after this place."""
        return f"{self.path}?{urlencode({**self.parameters, 'cursor': str(cursor)})}"


def window(
    limit: int,
    cursor: Cursor | None,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Window:
    """Return what to read for a page: its rows and one more, which tells whether a page follows."""
    moment, number = _place(cursor) if isinstance(cursor, str) else (None, None)
    return Window(
        limit=limit + 1,
        after_moment=moment,
        after_number=cursor if isinstance(cursor, int) else number,
        after_day=cursor if isinstance(cursor, date) else None,
        since=since,
        until=until,
    )


def of_portfolio(
    api: RequestContext, owner: PortfolioId, read: Callable[[Session], list[RowT]]
) -> list[RowT]:
    """Read rows of a portfolio. Raises `PortfolioNotFound` where there is no such portfolio."""
    with api.database.reading() as session:
        rows = read(session)
        if not rows:
            portfolios.get(session, owner)
    return rows


def moment_cursor(moment: datetime, number: int) -> str:
    """Return a row's place in a list by time: microseconds since 1970, then its number for ties."""
    return f"{max((moment - EPOCH) // MICROSECOND, 0)}-{number}"


def _place(cursor: str) -> tuple[datetime, int]:
    microseconds, _, number = cursor.partition("-")
    return EPOCH + int(microseconds) * MICROSECOND, int(number)


def _of_request(request: Request) -> Here:
    event = request.resolved_event
    return Here(event.path, event.query_string_parameters or {})


AskedFor = Annotated[Here, Depends(_of_request)]
