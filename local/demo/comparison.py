"""The comparison of a run's portfolios, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.console import plain_table
from local.report.reading import Reading
from local.report.words import ranking_sentence
from prescient.api.responses.comparison import ComparedRow, ComparisonAnswer


def compared(reading: Reading) -> list[RenderableType]:
    """Return the tables that have values already, and the sentences."""
    if reading.comparison is None:
        return []
    comparison = reading.comparison.raw
    sentences = [pair["sentence"].raw for pair in reading.pairs]
    told = "\n".join((*sentences, ranking_sentence(comparison)))
    return [*comparison_tables(ComparisonAnswer.model_validate(comparison)), Text(f"{told}\n")]


def comparison_tables(answer: ComparisonAnswer) -> Iterator[Table]:
    """Yield a table of each beside the benchmark, and one of the pairs that have an interval."""
    rows = answer.rows()
    portfolios, pairs = rows[: len(answer.portfolios)], rows[len(answer.portfolios) :]
    if any(row.adjusted_p is not None for row in portfolios):
        yield _beside_benchmark(portfolios)
    if told := [row for row in pairs if row.low is not None]:
        yield _by_themselves(told)


def _beside_benchmark(rows: Sequence[ComparedRow]) -> Table:
    table = _table(
        "Beside the benchmark, all trials counted",
        ("days", "return", "ahead a day", "p, adjusted", "deflated Sharpe"),
    )
    for row in rows:
        table.add_row(
            Text(row.name),
            str(row.days),
            f"{row.return_all_time:+.2%}",
            "benchmark" if row.beside_id is None else _shown(row.difference, "+.3%"),
            _shown(row.adjusted_p, ".3f"),
            _shown(row.deflated_sharpe_ratio, ".3f"),
        )
    return table


def _by_themselves(rows: Sequence[ComparedRow]) -> Table:
    table = _table("Compared by themselves", ("days", "ahead a day", "95% interval", "above zero"))
    for row in rows:
        table.add_row(
            Text(f"{row.name} beside {row.beside}"),
            str(row.days),
            _shown(row.difference, "+.3%"),
            f"{_shown(row.low, '+.3%')} to {_shown(row.high, '+.3%')}",
            _shown(None if row.above_zero is None else float(row.above_zero), ".1%"),
        )
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = plain_table(title)
    table.add_column("", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
