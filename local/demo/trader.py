"""Plays the turns of a timetable on a stack, and keeps a journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.aws.stack import Stack, StepFailed
from local.demo.results import Results
from local.demo.timetable import Turn
from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.store.cycles import CyclePortfolioRow


@dataclass
class Journal:
    """The turns so far, counted; `rows` are the results of portfolios in cycles."""

    cycles: int = 0
    price_updates: int = 0
    settled_positions: int = 0
    rows: list[CyclePortfolioRow] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Trader:
    """Starts cycles and price updates as the schedules would."""

    def __init__(self, stack: Stack, results: Results) -> None:
        self._stack = stack
        self._results = results
        self.journal = Journal()

    def play(self, turn: Turn) -> list[CyclePortfolioRow]:
        """Play one turn and return its cycle's results. A failure is noted, and time goes on."""
        turn.enter()
        rows = self._run_cycle(turn) if turn.has_cycle else []
        self._update_prices(turn)
        self.journal.rows += rows
        return rows

    def _run_cycle(self, turn: Turn) -> list[CyclePortfolioRow]:
        execution = self._stack.run_cycle(turn.at)
        self.journal.cycles += 1
        if execution.status != "SUCCEEDED":
            self.journal.failures.append(
                f"{turn.title}: cycle {execution.status}: {execution.cause}"
            )
            return []
        rows = self._results.of_cycle(execution.output["cycle_id"])
        failed = [row for row in rows if row.status is CyclePortfolioStatus.FAILED]
        self.journal.failures += [
            f"{turn.title}: portfolio {row.portfolio_id}: {row.reason}" for row in failed
        ]
        return rows

    def _update_prices(self, turn: Turn) -> None:
        try:
            updated = self._stack.update_prices(turn.at)
        except StepFailed as error:
            self.journal.failures.append(f"{turn.title}: {error}")
            return
        self.journal.price_updates += 1
        self.journal.settled_positions += updated["settled"]
