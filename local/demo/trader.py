"""Plays the moments of a timetable on a stack, and keeps a journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.aws.stack import Stack, StepFailed
from local.demo.results import Results
from local.demo.timetable import Moment
from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.store.cycle_pages import CycleResultRow


@dataclass
class Journal:
    """The moments so far, counted; `rows` are the results of portfolios in cycles."""

    cycles: int = 0
    price_updates: int = 0
    settled_positions: int = 0
    rows: list[CycleResultRow] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Trader:
    """Starts cycles and price updates as the schedules would."""

    def __init__(self, stack: Stack, results: Results) -> None:
        self._stack = stack
        self._results = results
        self.journal = Journal()

    def play(self, moment: Moment) -> list[CycleResultRow]:
        """Play one moment and return its cycle's results. A failure is noted, and time goes on."""
        moment.enter()
        rows = self._run_cycle(moment) if moment.has_cycle else []
        self._update_prices(moment)
        self.journal.rows += rows
        return rows

    def _run_cycle(self, moment: Moment) -> list[CycleResultRow]:
        execution = self._stack.run_cycle(moment.at)
        self.journal.cycles += 1
        if execution.status != "SUCCEEDED":
            self.journal.failures.append(
                f"{moment.title}: cycle {execution.status}: {execution.cause}"
            )
            return []
        rows = self._results.of_cycle(execution.output["cycle_id"])
        failed = [row for row in rows if row.status is CyclePortfolioStatus.FAILED]
        self.journal.failures += [
            f"{moment.title}: portfolio {row.portfolio_id}: {row.reason}" for row in failed
        ]
        return rows

    def _update_prices(self, moment: Moment) -> None:
        try:
            updated = self._stack.update_prices(moment.at)
        except StepFailed as error:
            self.journal.failures.append(f"{moment.title}: {error}")
            return
        self.journal.price_updates += 1
        self.journal.settled_positions += updated["settled"]
