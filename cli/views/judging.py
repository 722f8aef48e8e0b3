"""How portfolios did, alone and beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ..formats import NOTHING, duration, moment, money, percent, plain, profit, ratio, status
from ..tables import Cell, Facts, Part, Table, Text, number, prose, text, word

if TYPE_CHECKING:
    from .. import models

_MOST_PARTS = 10


def performance(answer: models.PerformanceAnswer) -> Iterator[Part]:
    """A portfolio's metrics, and where its money came from."""
    metrics = answer.metrics
    if metrics is None:
        yield Text("Nothing is measured yet: metrics are computed once a day, after its end (UTC).")
        return
    title = f"Portfolio {answer.portfolio_id}, {metrics.days} days to {metrics.last_day}"
    yield Facts(_returns(metrics), title=title)
    yield Facts(_trading(metrics), title="Trading")
    if metrics.reasons:
        told = dict.fromkeys(reason.message for reason in metrics.reasons.values())
        yield Text(f"– where a number says nothing yet: {'; '.join(told)}", "faint")
    if answer.attribution is not None:
        yield _parts(answer.attribution, "exit_kind", "P&L by exit")
        yield _parts(answer.attribution, "evidence", "P&L by evidence of the fill")
    yield Text(f"As of {moment(answer.calculated_at).text}", "faint")


def _returns(metrics: models.Metrics) -> list[tuple[str, Cell]]:
    return [
        ("return", percent(metrics.return_all_time)),
        ("  1 day", percent(metrics.return_1d)),
        ("  7 days", percent(metrics.return_7d)),
        ("  30 days", percent(metrics.return_30d)),
        ("a year", percent(metrics.annual_return)),
        ("volatility", _part(metrics.volatility)),
        ("Sharpe", ratio(metrics.sharpe_ratio)),
        ("Sortino", ratio(metrics.sortino_ratio)),
        ("Calmar", ratio(metrics.calmar_ratio)),
        ("drawdown now", _part(metrics.present_drawdown)),
        ("largest drawdown", _part(metrics.max_drawdown)),
    ]


def _trading(metrics: models.Metrics) -> list[tuple[str, Cell]]:
    return [
        ("closed positions", plain(metrics.closed_positions)),
        ("win rate", _part(metrics.win_rate)),
        ("average win", money(metrics.avg_win)),
        ("average loss", money(metrics.avg_loss)),
        ("expectancy", profit(metrics.expectancy)),
        ("profit factor", ratio(metrics.profit_factor)),
        ("held on average", duration(metrics.average_holding_seconds)),
        ("fees", money(metrics.fees)),
        ("slippage", money(metrics.slippage)),
    ]


def _parts(attribution: models.Attribution, view: str, title: str) -> Part:
    parts = attribution.views.get(view, [])[:_MOST_PARTS]
    rows = [(plain(part.name or part.key), profit(part.pnl)) for part in parts]
    return Table((text("part"), number("P&L")), rows, title=title)


def comparison(answer: models.ComparisonAnswer) -> Iterator[Part]:
    """Portfolios side by side; two of them, or twins, also in a sentence."""
    yield _side_by_side(answer)
    if answer.benchmark_id is None:
        yield Text("There is no benchmark: a portfolio of the strategy random is one.", "faint")
    if answer.capacity is not None:
        yield Text(
            f"Order books fill 95% of the purchases of all at {answer.capacity.multiple:.1f} times "
            f"their size.",
            "faint",
        )
    for pair in answer.pairs:
        if pair.sentence:
            yield Text(pair.sentence)


def _side_by_side(answer: models.ComparisonAnswer) -> Table:
    columns = (
        number("id"),
        text("portfolio"),
        number("days"),
        number("return"),
        number("over benchmark"),
        number("p, adjusted"),
        number("deflated Sharpe", is_optional=True),
    )
    rows = [_compared(portfolio) for portfolio in answer.portfolios]
    return Table(columns, rows, title=f"To the end of {answer.last_day}")


def _compared(portfolio: models.ComparedPortfolio) -> tuple[Cell, ...]:
    return (
        plain(portfolio.portfolio_id),
        plain(portfolio.name),
        plain(portfolio.days),
        percent(portfolio.return_all_time),
        percent(portfolio.advantage),
        ratio(portfolio.adjusted_p),
        ratio(portfolio.deflated_sharpe_ratio),
    )


def scorecard(answer: models.ScorecardAnswer) -> Iterator[Part]:
    """Whether a portfolio is worth real money, point by point."""
    columns = (text("subject"), word("colour"), prose("says"))
    rows = [
        (plain(point.subject), status(point.colour), plain(point.says)) for point in answer.points
    ]
    yield Text(answer.sentence)
    yield Table(columns, rows, title=f"To the end of {answer.last_day}")


def _part(value: Decimal | None) -> Cell:
    return NOTHING if value is None else Cell(f"{value * 100:.2f}%")
