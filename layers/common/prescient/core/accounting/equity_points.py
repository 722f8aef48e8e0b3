"""Whether the points around flows are the ledger's, and each day is the last of its points."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.accounting.findings import Break


class FlowTold(NamedTuple):
    """The dollars that came in at a moment, as the equity points and as the ledger have it."""

    portfolio_id: int
    at: datetime
    told: Decimal
    posted: Decimal


class DayTold(NamedTuple):
    """A day as of `told`, the newest point before its end, and the day whose row is before it."""

    portfolio_id: int
    day: date
    told: datetime
    newest: datetime | None
    before: date | None


def flow_breaks(flow: FlowTold) -> Iterator[Break]:
    """A flow that points and ledger tell differently."""
    if flow.told != flow.posted:
        subject = f"portfolio {flow.portfolio_id} at {flow.at:%Y-%m-%d %H:%M:%S}"
        yield Break("6: flow of equity points", subject, str(flow.told), str(flow.posted))


def day_breaks(row: DayTold) -> Iterator[Break]:
    """A day that is older than its newest point, or before which one is missing."""
    subject = f"portfolio {row.portfolio_id} history of {row.day}"
    if row.newest is not None and row.newest > row.told:
        rule = "6: history = the last equity point of the day"
        yield Break(rule, subject, str(row.told), str(row.newest))
    expected = row.day - timedelta(days=1)
    if row.before is not None and row.before < expected:
        yield Break("6: history has every day", subject, f"follows {row.before}", str(expected))
