"""What clients see of what a portfolio did: trades, exits, signals, and movements of cash."""

from __future__ import annotations

from datetime import datetime

from prescient.api.models import FromAttributes
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money, Number, Price, Shares
from prescient.core.execution.results import Rejection
from prescient.core.market.fills import Evidence
from prescient.core.portfolio.cash import Executor, LedgerKind
from prescient.core.portfolio.positions import Action, ExitKind, PositionStatus
from prescient.store.signal_pages import SignalStatus


class Trade(FromAttributes):
    """A buy, which opened the position `position_id`; `entry_price` is its average.

    `target_price` was the best ask at the decision. `quote_delay_seconds` is from the quote to the
    fill, `evidence` what the fill rests on: a book, a quote or an assumed price. `realized_pnl` is
    that of its position so far. What the older system did not keep is null.
    """

    trade_id: str
    position_id: int | None
    cycle_id: int | None
    timestamp: datetime
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    event_end_date: datetime | None
    action: Action
    shares: Shares | None
    amount: Money
    fee: Money
    entry_price: Price
    target_price: Price | None
    evidence: Evidence | None
    quote_delay_seconds: Number | None
    confidence: Price | None
    reason: str | None
    status: PositionStatus
    group_id: str | None
    realized_pnl: Money | None


class TradesAnswer(PageAnswer):
    """A page of trades, newest first."""

    trades: list[Trade]


class Exit(FromAttributes):
    """Shares that left a position; `cost_basis` is theirs, `realized_pnl` has both sides' fees.

    `quoted_at` is when the bids were shown that a sale by hand took; `ordered_by` and `reason` are
    whose token asked for an exit by hand, and why.
    """

    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    action: Action
    kind: ExitKind
    shares: Shares
    price: Price
    proceeds: Money
    fee: Money
    cost_basis: Money
    realized_pnl: Money
    evidence: Evidence | None
    timestamp: datetime
    quoted_at: datetime | None
    ordered_by: str | None
    reason: str | None


class ExitsAnswer(PageAnswer):
    """A page of exits, newest first."""

    exits: list[Exit]


class Signal(FromAttributes):
    """A decision, and what came of it: `rejection` says why it did not execute.

    `target_price` is the best ask at the decision (of a sale the bid), `amount` the dollars that
    were meant; prices, liquidity and volume are those that it was made on. What the older system
    did not keep is null.
    """

    cycle_id: int | None
    strategy_type: str
    timestamp: datetime
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    event_end_date: datetime | None
    action: Action
    target_price: Price
    amount: Money
    shares: Shares | None
    confidence: Price
    win_probability: Price | None
    reason: str | None
    yes_price: Price | None
    no_price: Price | None
    market_liquidity: Money | None
    market_volume: Money | None
    group_id: str | None
    config_version: int | None
    code_version: str | None
    status: SignalStatus
    executed_at: datetime | None
    trade_id: str | None
    rejection: Rejection | None


class SignalsAnswer(PageAnswer):
    """A page of signals, newest first."""

    signals: list[Signal]


class LedgerEntry(FromAttributes):
    """A movement of cash, negative where it left; `source` names what moved it, once.

    `ordered_by` is whose token asked for it, null where the system moved it.
    """

    entry_no: int
    timestamp: datetime
    kind: LedgerKind
    amount: Money
    balance_after: Money
    source: str
    ordered_by: str | None
    reason: str | None


class LedgerAnswer(PageAnswer):
    """A page of a ledger, newest first."""

    entries: list[LedgerEntry]


class Transfer(FromAttributes):
    """Cash that went from one portfolio to another; an id is null once that is deleted."""

    transfer_id: int
    timestamp: datetime
    from_portfolio_id: int | None
    to_portfolio_id: int | None
    from_name: str
    to_name: str
    amount: Money
    reason: str | None
    executed_by: Executor
    ordered_by: str | None


class TransfersAnswer(PageAnswer):
    """A page of transfers, newest first."""

    transfers: list[Transfer]
