"""Makes the page of a reading: one file without a script, which asks no network for anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from local.report import charts
from local.report.curves import Curve
from local.report.formats import FILTERS
from local.report.reading import Reading, Shown
from local.report.traced import Traced
from local.report.words import ranking_sentence

_FOLDER = Path(__file__).parent
_VIEWS = ("strategy", "tag", "exit_kind", "evidence", "event", "market")
_MOST_PARTS = 8
_METRICS = (
    ("Days", "days", "count"),
    ("Return, all time", "return_all_time", "change"),
    ("Return, 1 day", "return_1d", "change"),
    ("Return, 7 days", "return_7d", "change"),
    ("Return, 30 days", "return_30d", "change"),
    ("Annual return", "annual_return", "change"),
    ("Volatility", "volatility", "fraction"),
    ("Sharpe ratio", "sharpe_ratio", "ratio"),
    ("Sortino ratio", "sortino_ratio", "ratio"),
    ("Calmar ratio", "calmar_ratio", "ratio"),
    ("Maximum drawdown", "max_drawdown", "fraction"),
    ("… in dollars", "max_drawdown_amount", "dollars"),
    ("… from", "max_drawdown_peak_on", "text"),
    ("… to", "max_drawdown_trough_on", "text"),
    ("… made good", "max_drawdown_recovered_on", "text"),
    ("Days under water", "days_under_water", "count"),
    ("Present drawdown", "present_drawdown", "fraction"),
    ("Closed positions", "closed_positions", "count"),
    ("Win rate", "win_rate", "fraction"),
    ("Expectancy", "expectancy", "gained"),
    ("Mean win", "avg_win", "dollars"),
    ("Mean loss", "avg_loss", "dollars"),
    ("Profit factor", "profit_factor", "ratio"),
    ("Longest run of wins", "max_consecutive_wins", "count"),
    ("Longest run of losses", "max_consecutive_losses", "count"),
    ("Current run", "current_run", "count"),
    ("Mean holding time", "average_holding_seconds", "duration"),
    ("Turnover", "turnover", "ratio"),
    ("Exposure", "exposure", "fraction"),
    ("Fees", "fees", "dollars"),
    ("Slippage", "slippage", "dollars"),
)
"""Label, name in the answer, and format."""
_BAR = Markup(
    '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
    '<path class="zero" d="M50 0v10"/>'
    '<rect class="{}" x="{:.1f}" y="1" width="{:.1f}" height="8"/></svg>'
)


@dataclass(slots=True)
class _Reasons:
    """The reasons for which metrics are null, numbered as they come up."""

    all: list[str] = field(default_factory=list)

    def mark(self, metrics: Traced, name: str) -> str:
        """The number of the reason, for which the metric of that name is null."""
        given = metrics.raw["reasons"].get(name)
        if given is None:
            return ""
        if given["message"] not in self.all:
            self.all.append(given["message"])
        return str(self.all.index(given["message"]) + 1)


def page(reading: Reading) -> str:
    """Return the HTML of the page; all text of the answers is escaped."""
    shown, drawn = reading.shown, [found.curve for found in reading.shown]
    comparison = reading.comparison
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            style=Markup((_FOLDER / "page.css").read_text("utf-8")),  # noqa: S704 (our own file)
            title=_title(shown),
            shown=shown,
            left_out=reading.left_out,
            comparison=comparison,
            pairs=reading.pairs,
            places=_places(shown),
            ranking=ranking_sentence(comparison.raw if comparison else None),
            likeness=_likeness(comparison),
            growth_wide=charts.growth(drawn, charts.WIDE),
            growth_narrow=charts.growth(drawn, charts.NARROW),
            drawdown_wide=charts.drawdown(drawn, charts.WIDE),
            drawdown_narrow=charts.drawdown(drawn, charts.NARROW),
            has_flows=any(curve and curve.flows for curve in drawn),
            metrics=_METRICS,
            reasons=_Reasons(),
            months=_months(drawn),
            views=_VIEWS,
            most_parts=_MOST_PARTS,
            cycle=reading.cycle,
            funnels=list(_funnels(reading)),
            rules=_rules(reading.cycle),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= FILTERS | {
        "apply": lambda found, name: FILTERS[name](found),
        "line": charts.line,
        "calibration_plot": lambda deciles: charts.calibration(deciles.raw),
        "flows": lambda curve: _traced(curve)["flows"],
        "by_month": _by_month,
        "heat": lambda found, full: _heat(found.raw / full),
        "sign": lambda found: "gained" if (found.raw or 0) > 0 else "lost" if found.raw else "",
        "side": lambda found: found.shown(found.raw.removeprefix("buy_").upper()),
        "whole": lambda found: found.shown(f"{found.raw:.0%}"),
        "bar": _bar,
        "largest": _largest,
        "part_name": _part_name,
    }
    environment.tests["known"] = lambda found: found.is_known
    return environment


def _title(shown: Sequence[Shown]) -> str:
    return "A portfolio" if len(shown) == 1 else f"{len(shown)} portfolios side by side"


def _traced(curve: Curve) -> Traced:
    """What the page says of a curve in numbers."""
    return Traced(curve.document(), f"curve:{curve.portfolio_id}")


def _by_month(curve: Curve | None) -> dict[str, Traced]:
    months = _traced(curve)["months"] if curve else ()
    return {month["month"].raw: month for month in months}


def _months(drawn: Sequence[Curve | None]) -> list[str]:
    return sorted({month for curve in drawn for month in _by_month(curve)})


def _likeness(comparison: Traced | None) -> dict[tuple[int, int], Traced]:
    """The compared pairs by their ids, in both orders."""
    found: dict[tuple[int, int], Traced] = {}
    for pair in comparison["pairs"] if comparison else ():
        first, second = pair["first_id"].raw, pair["second_id"].raw
        found[first, second] = found[second, first] = pair
    return found


def _places(shown: Sequence[Shown]) -> dict[int, int]:
    """Return the portfolios' places on the page, by id."""
    return {found.portfolio["portfolio_id"].raw: place for place, found in enumerate(shown)}


def _funnels(reading: Reading) -> Iterator[tuple[int, Traced]]:
    """The results of the cycle for the portfolios that are shown, with their places."""
    places = _places(reading.shown)
    for result in reading.cycle["portfolio_results"] if reading.cycle else ():
        if (place := places.get(result["portfolio_id"].raw)) is not None:
            yield place, result


def _rules(cycle: Traced | None) -> list[str]:
    """The rules of all funnels, in their order."""
    results = cycle["portfolio_results"].raw if cycle else ()
    return list(dict.fromkeys(rule for result in results for rule in result["funnel"]))


def _largest(parts: Traced) -> list[Traced]:
    """The largest parts, gains and losses alike, in the order of the answer."""
    kept = sorted(parts, key=lambda part: -abs(part["pnl"].raw))
    chosen = {part["key"].raw for part in islice(kept, _MOST_PARTS)}
    return [part for part in parts if part["key"].raw in chosen]


def _bar(pnl: Traced, parts: Traced) -> Markup:
    """A bar from the middle, to the right for a gain, as long as the part is large."""
    largest = max(abs(part["pnl"]) for part in parts.raw) or 1
    length = 50 * abs(pnl.raw) / largest
    if pnl.raw > 0:
        return _BAR.format("gain", 50, length)
    return _BAR.format("loss", 50 - length, length)


def _part_name(part: Traced) -> Markup:
    """Show the name of a part of the P&L, or its key where it has no name."""
    name, key = part["name"], part["key"]
    return name.shown(name.raw) if name.is_known else key.shown(key.raw.replace("_", " "))


def _heat(strength: float) -> str:
    """The class of a cell: up or down, in three strengths up to 1."""
    for step, least in ((3, 0.6), (2, 0.3), (1, 0.03)):
        if abs(strength) > least:
            return f"heat-{'up' if strength > 0 else 'down'}-{step}"
    return ""
