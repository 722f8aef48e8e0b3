"""The invariants over all portfolios: shared exposure, transfers, and the latest marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from prescient.core.accounting.findings import Break, compare
from prescient.core.market.markets import MarketId
from prescient.core.money import ZERO

Movement = tuple[int, datetime, Decimal]
"""Dollars that a transfer moved into a portfolio, negative where it moved them out."""


def shared_breaks(
    held: Mapping[MarketId, Decimal], exposure: Mapping[MarketId, Decimal], capital: Decimal
) -> list[Break]:
    """Invariant 5: cost basis a market and in all (dollars) equal the positions behind them."""
    by_market = (
        compare(
            "5: market exposure = cost basis of its open positions",
            exposure.get(market_id, ZERO),
            held.get(market_id, ZERO),
            f"market {market_id}",
        )
        for market_id in sorted(held.keys() | exposure.keys())
    )
    in_all = compare(
        "5: capital in use = cost basis of all open positions",
        capital,
        sum(held.values(), ZERO),
        "all portfolios",
    )
    return [broken for found in (*by_market, in_all) for broken in found]


def transfer_breaks(transfers: Iterable[tuple[str, Decimal]]) -> list[Break]:
    """Invariant 5: (source, dollars) of transfers between existing portfolios sum to zero."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for source, amount in transfers:
        sums[source] += amount
    return [
        broken
        for source, total in sums.items()
        for broken in compare("5: the two sides of a transfer sum to zero", total, ZERO, source)
    ]


def log_breaks(log: Counter[Movement], ledger: Counter[Movement]) -> Iterator[Break]:
    """Invariant 5: the log of rebalancing and the ledgers have the same transfers."""
    for movement in sorted(log.keys() | ledger.keys()):
        portfolio_id, at, amount = movement
        yield from compare(
            "5: the log and the ledger have the same transfers",
            f"{log[movement]} of {amount}",
            f"{ledger[movement]} of {amount}",
            f"portfolio {portfolio_id} at {at:%Y-%m-%d %H:%M:%S}",
        )


def mark_breaks(marks: Iterable[tuple[MarketId, Decimal, Decimal]]) -> list[Break]:
    """Invariant 6: (market, latest mark, newest mark of the tape) agree, 0–1 and of YES."""
    rule = "6: the latest mark is the newest of the tape"
    return [
        broken
        for market_id, latest, newest in marks
        for broken in compare(rule, latest, newest, f"market {market_id}")
    ]
