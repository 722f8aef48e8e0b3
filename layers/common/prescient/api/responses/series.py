"""What clients get of the past: points of equity, and days."""

from __future__ import annotations

from datetime import date, datetime

from prescient.api.models import FromAttributes
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money


class EquityPoint(FromAttributes):
    """What a portfolio was worth at a moment.

    `flow` is what had just come in, negative where it left; `equity` counts it. Two points of one
    moment stand before and after a flow, in the order of the ledger's `entry_no`.
    """

    timestamp: datetime
    entry_no: int
    balance: Money
    total_invested: Money
    total_profit_loss: Money
    equity: Money
    equity_at_bid: Money
    open_positions: int
    flow: Money


class EquityAnswer(PageAnswer):
    """A page of points, newest first."""

    points: list[EquityPoint]


class HistoryDay(FromAttributes):
    """The last point of a (UTC) day; a `timestamp` of an earlier day was carried forward.

    Of the older system (`origin` `v1`) it is what that claimed: `total_value` counted no invested
    cash.
    """

    snapshot_date: date
    timestamp: datetime
    balance: Money
    total_invested: Money
    total_profit_loss: Money
    total_value: Money
    open_positions: int
    trade_count: int
    origin: str


class HistoryAnswer(PageAnswer):
    """A page of days, newest first."""

    days: list[HistoryDay]
