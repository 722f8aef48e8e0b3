"""Where the money came from: P&L by market, event, tag, strategy, exit kind and evidence.

Money is `Decimal` dollars, and the parts of each view add up to the whole to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from prescient.core.market.fills import Evidence
from prescient.core.market.markets import EventId, MarketId
from prescient.core.money import CENT, ZERO
from prescient.core.portfolio.positions import ExitKind

OPEN = "open"
NO_TAG = "untagged"
NO_EVENT = "no_event"
UNKNOWN = "unknown"
"""The evidence of what schema v1 bought, which recorded none."""


class View(StrEnum):
    """What P&L is divided by."""

    MARKET = "market"
    EVENT = "event"
    TAG = "tag"
    STRATEGY = "strategy"
    EXIT_KIND = "exit_kind"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """P&L in dollars of what one exit sold, or of what a position still holds at its mark.

    `exit_kind` and `exit_evidence` are None for the latter, and the evidence of a settlement too.
    `fee` is what the exit, or the entry of what is still held, paid.
    """

    market_id: MarketId
    event_id: EventId | None
    tags: tuple[str, ...]
    strategy: str
    exit_kind: ExitKind | None
    entry_evidence: Evidence | None
    exit_evidence: Evidence | None
    pnl: Decimal


@dataclass(frozen=True, slots=True)
class Attribution:
    """P&L in dollars: the whole, and by view and key, largest first."""

    total: Decimal
    parts: Mapping[View, Mapping[str, Decimal]]
    without_book: Decimal
    """The part of the P&L whose entry or exit did not walk an order book."""

    @property
    def share_without_book(self) -> float | None:
        """The part of the profit that rests on fills without a book; None without a profit.

        It lies above 1 where the fills with a book lost money, below 0 where those without did.
        """
        return float(self.without_book / self.total) if self.total > ZERO else None


def attribution(results: Iterable[Result]) -> Attribution:
    """Divide the P&L of results by every view."""
    made = list(results)
    return Attribution(
        total=sum((result.pnl for result in made), ZERO),
        parts={view: _divided(made, keys) for view, keys in _KEYS.items()},
        without_book=sum((made.pnl for made in made if _evidence(made) != Evidence.BOOK), ZERO),
    )


def split(amount: Decimal, count: int) -> list[Decimal]:
    """Divide dollars in whole cents among `count` equal parts, the first ones a cent larger."""
    cents = int(amount / CENT)
    least, rest = divmod(cents, count)
    return [(least + (number < rest)) * CENT for number in range(count)]


def _divided(
    results: Iterable[Result], keys: Callable[[Result], tuple[str, ...]]
) -> dict[str, Decimal]:
    parts: dict[str, Decimal] = {}
    for key, dollars in _pieces(results, keys):
        parts[key] = parts.get(key, ZERO) + dollars
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))


def _pieces(
    results: Iterable[Result], keys: Callable[[Result], tuple[str, ...]]
) -> Iterator[tuple[str, Decimal]]:
    for result in results:
        own = keys(result)
        yield from zip(own, split(result.pnl, len(own)), strict=True)


def _evidence(result: Result) -> str:
    """The weaker evidence of entry and exit: a chain of fills is as good as its worst."""
    if result.entry_evidence is None:
        return UNKNOWN
    weakest = [*Evidence]
    found = {result.entry_evidence, result.exit_evidence or Evidence.BOOK}
    return max(found, key=weakest.index)


_KEYS: Mapping[View, Callable[[Result], tuple[str, ...]]] = {
    View.MARKET: lambda result: (result.market_id,),
    View.EVENT: lambda result: (result.event_id or NO_EVENT,),
    # A market with several tags gives each an equal part, so that the tags add up to the whole.
    View.TAG: lambda result: tuple(sorted(set(result.tags))) or (NO_TAG,),
    View.STRATEGY: lambda result: (result.strategy,),
    View.EXIT_KIND: lambda result: (result.exit_kind or OPEN,),
    View.EVIDENCE: lambda result: (_evidence(result),),
}
