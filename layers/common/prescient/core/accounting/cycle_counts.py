"""What the parts of cycles claim to have done, against the signals that are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prescient.core.accounting.findings import Break, compare


class CycleCounts(NamedTuple):
    """A portfolio's part in a cycle, and how many of its signals are stored and executed."""

    portfolio_id: int
    cycle_id: int
    signals: int
    trades: int
    rejections: Mapping[str, int]
    stored_signals: int
    stored_trades: int
    stored_rejected: int


def count_breaks(claimed: CycleCounts) -> Iterator[Break]:
    """Signals, trades and rejections of a cycle are those that are stored."""
    subject = f"portfolio {claimed.portfolio_id} cycle {claimed.cycle_id}"
    rejected = sum(claimed.rejections.values())
    yield from compare("6: signals of a cycle", claimed.signals, claimed.stored_signals, subject)
    yield from compare("6: trades of a cycle", claimed.trades, claimed.stored_trades, subject)
    yield from compare("6: rejections of a cycle", rejected, claimed.stored_rejected, subject)
