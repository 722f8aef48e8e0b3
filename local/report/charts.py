"""The plots of the page, as SVG that takes its colours from the page's style sheet.

pygal draws them; what it adds for pages of its own (a script, a style sheet, comments) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

from local.report.curves import Curve
from local.report.plotting import XY, Config, DateLine, Style

COLOURS = 10
"""Series beyond as many repeat the colours with dashes."""
_LABEL_SIZE = 12
_STYLE = Style(
    label_font_size=_LABEL_SIZE, major_label_font_size=_LABEL_SIZE, font_family="sans-serif"
)
_SECOND_DECIMAL = re.compile(r"(\.\d)\d+")
_ONLY_ALONE: set[object] = {"defs", "desc", "title", ET.Comment}


class Size(NamedTuple):
    """Of a plot, in units of the page: text is not scaled down where it is shown at this width."""

    width: int
    height: int
    most_dates: int


WIDE, NARROW, SQUARE = Size(1000, 340, 9), Size(360, 260, 4), Size(300, 280, 0)


def growth(curves: Sequence[Curve | None], size: Size) -> Markup:
    """Plot the time-weighted index of portfolios as growth in percent, and mark their flows."""
    plot = _over_time(curves, size, lambda index: percent(index - 1.0, "+"))
    for number, curve in enumerate(curves):
        if curve:
            plot.add(line(number), zip(curve.days, curve.index, strict=True))
    for number, curve in enumerate(curves):
        if curve and curve.flows:
            plot.add(line(number), ((flow.day, flow.growth) for flow in curve.flows), dots=5)
    return plot.drawn("Time-weighted growth of each portfolio, day by day")


def drawdown(curves: Sequence[Curve | None], size: Size) -> Markup:
    """Plot how far the index of portfolios lies below its highest before, in percent."""
    plot = _over_time(curves, size, percent)
    for number, curve in enumerate(curves):
        if curve:
            falls = (-fall for fall in curve.drawdown)
            plot.add(line(number), zip(curve.days, falls, strict=True))
    return plot.drawn("Drawdown of each portfolio, day by day")


def calibration(deciles: Iterable[Mapping[str, float]]) -> Markup:
    """Plot what came true against what was said, with the 95% interval of each decile."""
    chart = XY(_config(SQUARE), range=(0, 1), xrange=(0, 1), style=_STYLE)
    chart.x_labels = chart.y_labels = [0, 0.25, 0.5, 0.75, 1]
    chart.value_formatter = chart.x_value_formatter = lambda share: f"{share:.0%}"
    plot = _Plot(chart)
    plot.add("diagonal", [(0, 0), (1, 1)])
    said = []
    for decile in deciles:
        at = decile["mean_probability"]
        said.append((at, decile["won"]))
        plot.add("interval", [(at, decile["won_low"]), (at, decile["won_high"])])
    plot.add("s0", said, dots=5)
    return plot.drawn("What came true against what was said, by decile")


class _Plot:
    """A chart whose series have classes of the page's style sheet."""

    def __init__(self, chart: Any) -> None:
        self._chart = chart
        self._classes: list[str] = []

    def add(self, classes: str, points: Iterable[tuple[object, float]], dots: int = 0) -> None:
        """Add a line, or `dots` of that radius."""
        self._classes.append(f"series {classes}")
        how = {"stroke": False, "show_dots": True, "dots_size": dots} if dots else {}
        self._chart.add(classes, list(points), **how)

    def drawn(self, label: str) -> Markup:
        """The SVG; `label` says what it shows to those who do not see it."""
        root = self._chart.render_tree()
        _prune(root)
        for element in root.iter():
            name = element.get("class", "")
            if name.startswith("series "):
                number = int(name.split()[1].removeprefix("serie-"))
                element.set("class", self._classes[number])
            if path := element.get("d"):
                element.set("d", _SECOND_DECIMAL.sub(r"\1", path))
        root.attrib.pop("id", None)
        root.set("role", "img")
        root.set("aria-label", label)
        return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 (escaped by it)


def _prune(parent: ET.Element) -> None:
    for child in list(parent):
        is_tip = "tooltip-overlay" in child.get("class", "")
        if child.tag in _ONLY_ALONE or is_tip:
            parent.remove(child)
        else:
            _prune(child)


def percent(fraction: float, sign: str = "") -> str:
    """Return the label of an axis; 0.01 is 1%, and 0% has no sign."""
    label = f"{fraction:{sign}.1%}"
    return "0%" if label.strip("+-") == "0.0%" else label.replace("-", "−")


def _over_time(
    curves: Iterable[Curve | None], size: Size, labelled: Callable[[float], str]
) -> _Plot:
    ends = sorted({day for curve in curves if curve for day in (curve.days[0], curve.days[-1])})
    chart = DateLine(_config(size), style=_STYLE)
    if ends:
        chart.x_labels = list(_dates(ends[0], ends[-1], size.most_dates))
    chart.x_value_formatter = lambda day: f"{day:%b} {day.day}" if isinstance(day, date) else day
    chart.value_formatter = labelled
    return _Plot(chart)


def _dates(first: date, last: date, most: int) -> Iterator[date]:
    """Up to `most` dates, as far apart as each other."""
    days = (last - first).days
    step = max(-(-(days + 1) // most), 1)
    yield from (first + timedelta(days=day) for day in range(0, days + 1, step))


def _config(size: Size) -> Config:
    return Config(
        width=size.width,
        height=size.height,
        css=[],
        js=[],
        classes=["plot"],
        disable_xml_declaration=True,
        show_legend=False,
        show_dots=False,
        truncate_label=-1,
        margin=6,
        margin_right=22,
        min_scale=5,
        max_scale=9,
        no_data_text="No day has ended yet",
    )


def line(number: int) -> str:
    """The classes of a portfolio's line, as the style sheet knows them."""
    return f"s{number % COLOURS}{' dashed' if number >= COLOURS else ''}"
