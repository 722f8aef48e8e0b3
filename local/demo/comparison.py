"""What the comparison of a run's portfolios says, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.report import plain_table
from local.report.reading import Reading
from local.report.words import ranking_sentence


def compared(reading: Reading) -> list[RenderableType]:
    """Each beside the benchmark where there are days enough, and the sentences."""
    if reading.comparison is None:
        return []
    comparison = reading.comparison.raw
    ranked = [row for row in comparison["portfolios"] if row["adjusted_p"] is not None]
    sentences = [pair["sentence"].raw for pair in reading.pairs]
    told = "\n".join((*sentences, ranking_sentence(comparison)))
    return [*([_table(comparison)] if ranked else []), Text(f"{told}\n")]


def _table(comparison: Mapping[str, Any]) -> Table:
    table = plain_table("Beside the benchmark, all trials counted")
    table.add_column("", overflow="fold")
    for heading in ("days", "return", "ahead a day", "p, adjusted", "deflated Sharpe"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in comparison["portfolios"]:
        is_benchmark = row["portfolio_id"] == comparison["benchmark_id"]
        table.add_row(
            Text(row["name"]),
            str(row["days"]),
            f"{row['return_all_time']:+.2%}",
            "benchmark" if is_benchmark else _shown(row["advantage"], "+.3%"),
            _shown(row["adjusted_p"], ".3f"),
            _shown(row["deflated_sharpe_ratio"], ".3f"),
        )
    return table


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
