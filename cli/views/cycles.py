"""Cycles: what each did for every portfolio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..formats import counts, moment, money, plain, status
from ..tables import Cell, Facts, Part, Table, Text, number, prose, text, word

if TYPE_CHECKING:
    from .. import models

_RESULTS = (
    number("id"),
    text("portfolio"),
    word("status"),
    number("signals"),
    number("trades"),
    number("equity"),
    prose("refused", is_optional=True),
    prose("candidates left", is_optional=True),
)
_NO_RULE = "exits"
"""What a funnel counts beside the rules: positions that the strategy sells."""


def shown(answer: models.CycleAnswer) -> Iterator[Part]:
    """One cycle, with a row a portfolio."""
    cycle = answer.cycle
    facts = [
        ("status", status(cycle.status)),
        ("kind", plain(cycle.kind)),
        ("started", moment(cycle.started_at)),
        ("ended", moment(cycle.ended_at)),
        ("batch", plain(cycle.batch_id)),
    ]
    if cycle.error:
        facts.append(("error", Cell(cycle.error, "bad")))
    yield Facts(facts, title=f"Cycle {cycle.cycle_id}")
    yield from _results(answer.portfolio_results, answer.summary)


def ended(
    answer: models.AllPortfoliosAnswer | models.PortfolioCycleAnswer | models.CycleStarted,
) -> Iterator[Part]:
    """What a request for a cycle came to: its results, or that it goes on."""
    from .. import models

    match answer:
        case models.AllPortfoliosAnswer():
            yield from _results(answer.portfolio_results, answer.summary)
        case models.PortfolioCycleAnswer():
            yield Table(_RESULTS, [_row(answer.results)])
            if answer.results.error:
                yield Text(answer.results.error, "bad")
        case models.CycleStarted():
            yield Text(f"Cycle {answer.cycle_id} goes on: prescient cycle watch {answer.cycle_id}")


def _results(
    results: Sequence[models.PortfolioResult], summary: models.CycleSummary
) -> Iterator[Part]:
    yield Table(_RESULTS, [_row(result) for result in results], empty="No portfolio ran.")
    for result in results:
        if result.error:
            yield Text(f"{result.portfolio_name}: {result.error}", "bad")
    yield Text(
        f"{summary.successful_portfolios} completed, {summary.failed_portfolios} failed, "
        f"{summary.skipped_portfolios} skipped; {summary.total_trades_executed} trades",
        "faint",
    )


def _row(result: models.PortfolioResult | models.SinglePortfolioResult) -> Sequence[Cell]:
    return (
        plain(result.portfolio_id),
        plain(result.portfolio_name),
        status(result.status),
        plain(result.signals_generated),
        plain(result.trades_executed),
        money(result.equity),
        plain(counts(result.rejections)),
        plain(counts(_narrowing(result.funnel))),
    )


def _narrowing(funnel: Mapping[str, int]) -> dict[str, int]:
    """The rules of a funnel that left fewer candidates than there were before."""
    narrowed: dict[str, int] = {}
    for rule, left in funnel.items():
        if rule != _NO_RULE and left not in list(narrowed.values())[-1:]:
            narrowed[rule] = left
    return narrowed
