"""What the page shows, read from the API; only curves come from core/performance itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.report.curves import Curve, curves
from local.report.traced import Traced
from prescient.core.errors import InvalidRequest
from prescient.store.database import Database

Ask = Callable[[str], Any]
"""Asks the API for a path, and returns the body of its answer."""
MOST_PORTFOLIOS = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A portfolio of the report: its answers, and its curve, None before its first point."""

    portfolio: Traced
    performance: Traced
    scorecard: Traced
    curve: Curve | None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the page shows. `comparison` and `cycle` are None where there is none.

    `left_out` is how many portfolios there are beyond those that a page holds.
    """

    shown: Sequence[Shown]
    comparison: Traced | None
    cycle: Traced | None
    left_out: int

    @property
    def pairs(self) -> list[Traced]:
        """The pairs with an interval of their own: of all pairs some would differ by luck."""
        pairs = self.comparison["pairs"] if self.comparison else ()
        return [pair for pair in pairs if pair["sentence"].is_known]


def read(ask: Ask, database: Database, wanted: str) -> Reading:
    """Read the portfolios of PORTFOLIOS, ids or names with commas between, by default all.

    Raises `InvalidRequest` for one that does not exist, and for more than a page holds.
    """
    chosen = _chosen(ask, wanted)
    page = chosen[:MOST_PORTFOLIOS]
    measured = [_answer(ask, f"/portfolios/{number}/performance") for number in page]
    days = [found["metrics"]["last_day"].raw for found in measured if found["metrics"]]
    drawn: dict[int, Curve] = {}
    if days:
        with database.snapshot() as session:
            drawn = curves(session, page, date.fromisoformat(max(days)))
    shown = [
        Shown(
            portfolio=_answer(ask, f"/portfolios/{number}")["portfolio"],
            performance=performance,
            scorecard=_answer(ask, f"/portfolios/{number}/scorecard"),
            curve=drawn.get(number),
        )
        for number, performance in zip(page, measured, strict=True)
    ]
    return Reading(
        shown=shown,
        comparison=_compared(ask, page) if len(page) > 1 else None,
        cycle=_newest_cycle(ask),
        left_out=len(chosen) - len(page),
    )


def _answer(ask: Ask, path: str) -> Traced:
    return Traced(ask(path), path)


def _compared(ask: Ask, portfolio_ids: Sequence[int]) -> Traced:
    return _answer(ask, f"/portfolios/compare?ids={','.join(map(str, portfolio_ids))}")


def _chosen(ask: Ask, wanted: str) -> list[int]:
    listed = ask("/paper-trading/portfolio")["portfolios"]
    ids = [portfolio["portfolio_id"] for portfolio in listed]
    if not ids:
        raise InvalidRequest("there is no portfolio to report of")
    if not wanted:
        return ids
    by_name = {portfolio["name"]: portfolio["portfolio_id"] for portfolio in listed}
    by_name |= {str(portfolio_id): portfolio_id for portfolio_id in ids}
    named = [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in named if name not in by_name]:
        raise InvalidRequest(f"PORTFOLIOS: no portfolio has the id or name {unknown[0]!r}")
    chosen = list(dict.fromkeys(by_name[name] for name in named))
    if len(chosen) > MOST_PORTFOLIOS:
        raise InvalidRequest(f"PORTFOLIOS: a report holds at most {MOST_PORTFOLIOS} portfolios")
    return chosen


def _newest_cycle(ask: Ask) -> Traced | None:
    """The newest cycle that has ended."""
    ended = [cycle["cycle_id"] for cycle in ask("/trading/cycles")["cycles"] if cycle["ended_at"]]
    return _answer(ask, f"/trading/cycles/{ended[0]}?limit=1000") if ended else None
