"""What `core.accounting` rebuilds numbers from: the tape at entries, exits and other moments.

The rows of many portfolios are streamed, so that memory does not grow with the past.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row, scalar_row

from prescient.core.accounting.across_portfolios import Movement
from prescient.core.accounting.commit_orders import Around
from prescient.core.accounting.cycle_counts import CycleCounts
from prescient.core.accounting.entries import (
    ClosingRule,
    ClosingRules,
    EntryRecord,
    PositionEntry,
)
from prescient.core.accounting.equity_points import DayTold, FlowTold
from prescient.core.accounting.exits import ExitSeen
from prescient.core.accounting.past import Moment, Published, Worth
from prescient.core.accounting.seen import Seen
from prescient.core.accounting.valuation import MarketPrice
from prescient.core.errors import InvalidRequest
from prescient.core.market.fills import Match
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import ZERO
from prescient.core.portfolio.cash import FLOWS, LedgerKind
from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.positions import Action, PositionStatus
from prescient.core.strategies import registry
from prescient.store import statements
from prescient.store.books import stored_book
from prescient.store.database import Session
from prescient.store.quotes import quote
from prescient.store.rows import fetch

SQL = statements.load(__file__)
SLACK = timedelta(minutes=2)
"""How far the commit of a transaction may be from the time that it notes."""
ROWS_AT_A_TIME = 2000


def entries(session: Session, portfolio_ids: Sequence[int]) -> Iterator[EntryRecord]:
    """The buys of portfolios with what their batches offered."""
    for row in _stream(session, "select_entries", {"portfolio_ids": portfolio_ids}):
        position = _position(row)
        offered = None if row["batch_id"] is None else _seen(row)
        yield EntryRecord(
            **_same(row, EntryRecord),
            seen=offered,
            schedule=FeeSchedule(row["fee_rate"], row["fee_exponent"]),
            position=position,
        )


def exits(session: Session, portfolio_ids: Sequence[int]) -> Iterator[ExitSeen]:
    """The exits of portfolios with what could be sold into."""
    for row in _stream(session, "select_exits", {"portfolio_ids": portfolio_ids}):
        matches = row.pop("matches")
        yield ExitSeen(
            **_same(row, ExitSeen),
            matches=None if matches is None else tuple(_match(*match) for match in matches),
            seen=None if row["batch_id"] is None else _seen(row),
            schedule=FeeSchedule(row["fee_rate"], row["fee_exponent"]),
        )


def closing_rules(session: Session, portfolio_ids: Sequence[int]) -> dict[int, ClosingRules]:
    """By which rules the positions of each portfolio close, and closed."""
    rows = session.execute(SQL["select_configurations"], {"portfolio_ids": portfolio_ids})
    today: dict[int, ClosingRule] = {}
    kept: defaultdict[int, set[ClosingRule]] = defaultdict(set)
    newest: dict[int, int] = {}
    known: Counter[int] = Counter()
    for portfolio_id, strategy_type, values, version, source in rows:
        rule = _closing_rule(strategy_type, values)
        if source == "today":
            newest[portfolio_id] = version
        if rule is None:
            continue
        if source == "today":
            today[portfolio_id] = rule
        known[portfolio_id] += source == "version"
        kept[portfolio_id].add(rule)
    return {
        portfolio_id: ClosingRules(
            rule,
            kept[portfolio_id],
            known[portfolio_id] == newest[portfolio_id] and kept[portfolio_id] == {rule},
        )
        for portfolio_id, rule in today.items()
    }


def published(session: Session, portfolio_ids: Sequence[int]) -> Iterator[Published]:
    """What was published of the markets that portfolios held, in the order of time."""
    for row in _stream(session, "select_published", {"portfolio_ids": portfolio_ids}):
        yield _published(row)


def moments(session: Session, portfolio_ids: Sequence[int]) -> Iterator[Moment]:
    """The rows that tell what portfolios were worth, in the order of time."""
    for row in _stream(session, "select_moments", {"portfolio_ids": portfolio_ids}):
        told = Worth(**_same(row, Worth))
        yield Moment(row["portfolio_id"], row["row"], row["at"], row["until"], told)


def around(session: Session, moment: Moment) -> Around:
    """The tape around a moment, as far as transactions may have changed places."""
    earliest, latest = moment.at - SLACK, moment.until + SLACK
    values = {
        "portfolio_id": moment.portfolio_id,
        "at": moment.at,
        "earliest": earliest,
        "latest": latest,
    }
    with session.cursor(row_factory=dict_row) as cursor:
        before = [_published(row) for row in cursor.execute(SQL["select_before"], values)]
        near = [_published(row) for row in cursor.execute(SQL["select_near"], values)]
    with session.cursor(row_factory=scalar_row) as cursor:
        is_whole = cursor.execute(SQL["select_is_whole"], values).fetchone()
    return Around(earliest, latest, before, near, bool(is_whole))


def flows(session: Session, portfolio_ids: Sequence[int]) -> list[FlowTold]:
    """Where points and ledger differ in what came into a portfolio at a moment."""
    values = {"portfolio_ids": portfolio_ids, "flow_kinds": sorted(FLOWS - {LedgerKind.ADJUSTMENT})}
    return fetch(session, FlowTold, SQL["select_flows"], values)


def days(session: Session, portfolio_ids: Sequence[int]) -> list[DayTold]:
    """The days of portfolios that are not their last equity point, or follow a missing one."""
    values = {"portfolio_ids": portfolio_ids}
    return fetch(session, DayTold, SQL["select_days"], values)


def inherited_history(session: Session, portfolio_ids: Sequence[int]) -> int:
    """How many rows of days come from schema v1."""
    values = {"portfolio_ids": portfolio_ids}
    with session.cursor(row_factory=scalar_row) as cursor:
        return int(cursor.execute(SQL["count_inherited_history"], values).fetchone() or 0)


def cycle_counts(session: Session, portfolio_ids: Sequence[int]) -> Iterator[CycleCounts]:
    """What the parts of cycles claim to have done, beside what is stored."""
    for row in _stream(session, "select_cycle_counts", {"portfolio_ids": portfolio_ids}):
        yield CycleCounts(**row)


def transfers(session: Session) -> tuple[Counter[Movement], Counter[Movement]]:
    """The (portfolio, moment, dollars) of all transfers, by the log and by the ledgers."""
    found: dict[str, Counter[Movement]] = {"log": Counter(), "ledger": Counter()}
    for source, portfolio_id, at, amount in session.execute(SQL["select_transfers"]):
        found[source][portfolio_id, at, amount] += 1
    return found["log"], found["ledger"]


def _stream(
    session: Session, statement: str, values: Mapping[str, object]
) -> Iterator[dict[str, Any]]:
    with session.cursor(name=statement, row_factory=dict_row) as cursor:
        cursor.itersize = ROWS_AT_A_TIME
        yield from cursor.execute(SQL[statement], values)


def _same(row: Mapping[str, Any], record: type[EntryRecord | ExitSeen | Worth]) -> dict[str, Any]:
    """The columns that are fields of the record."""
    return {field: row[field] for field in record._fields if field in row}


def _position(row: Mapping[str, Any]) -> PositionEntry | None:
    if row["position_id"] is None:
        return None
    return PositionEntry(
        position_id=row["position_id"],
        is_open=row["position_status"] == PositionStatus.OPEN,
        amount=row["position_amount"],
        fee=row["position_fee"],
        entry_price=row["position_entry_price"],
        evidence=row["position_evidence"],
        entry_bid=row["entry_bid"],
        group_id=row["group_id"],
        triggers=Triggers(row["stop_loss_bid"], row["take_profit_bid"]),
    )


def _seen(row: Mapping[str, Any]) -> Seen:
    has_book = row["bids"] is not None and row["asks"] is not None
    return Seen(
        Action(row["action"]).outcome,
        quote(row["best_bid"], row["best_ask"]),
        row.get("mark"),
        row["liquidity"] or ZERO,
        stored_book(row["bids"], row["asks"]) if has_book else None,
        row["yes_payout"],
    )


def _match(price: str, shares: str) -> Match:
    return Decimal(price), Decimal(shares)


def _published(row: Mapping[str, Any]) -> Published:
    price = MarketPrice(row["mark"], row["best_bid"], row["best_ask"])
    return Published(
        at=row["completed_at"],
        batch_id=row["batch_id"],
        market_id=row["market_id"],
        observed_at=row["timestamp"],
        price=price,
        identity=row["identity"],
    )


def _closing_rule(strategy_type: str, values: Mapping[str, object]) -> ClosingRule | None:
    """None where the configuration is one of another strategy, from before a change."""
    try:
        found = registry.configuration(strategy_type, values)
    except InvalidRequest:
        return None
    return ClosingRule(found.stop_loss_percentage, found.take_profit_percentage)
