"""Every section of the page rests on answers of the API, and every plot on what it is drawn of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from local.report.curves import Curve
from local.report.reading import Reading
from tests.report.conftest import HARMFUL
from tests.report.elements import Page

SOURCES = {
    "words": {"/portfolios/compare"},
    "curves": {"/portfolios/N", "curve:N"},
    "comparison": {"/portfolios/N", "/portfolios/compare"},
    "scorecards": {"/portfolios/N", "/portfolios/N/scorecard"},
    "metrics": {"/portfolios/N", "/portfolios/N/performance"},
    "months": {"/portfolios/N", "curve:N"},
    "attribution": {"/portfolios/N", "/portfolios/N/performance"},
    "calibration": {"/portfolios/N", "/portfolios/N/performance"},
    "correlation": {"/portfolios/N", "/portfolios/compare"},
    "positions": {"/portfolios/N"},
    "funnel": {"/portfolios/N", "/trading/cycles/N"},
}
"""The name of a portfolio is of `/portfolios/N`."""
EXPLAINED = {"95%", "0.05", "30", "365", "8"}
LABELS = {
    "metrics": {"1", "7"},
    "months": {"2026-03", "2026-04"},
    "correlation": {"1", "2", "3"},
}
"""Days of a window, months, and the numbers of the columns."""
_SVG = "{http://www.w3.org/2000/svg}"


def section(html: str, name: str) -> str:
    start = html.index(f'<section id="{name}">')
    return html[start : html.index("</section>", start)]


@pytest.mark.parametrize("name", SOURCES)
def test_each_section_shows_values_of_its_answers(html: str, name: str) -> None:
    paths = {value.path.partition("?")[0] for value in Page(section(html, name)).values}
    assert {re.sub(r"\d+", "N", path) for path in paths} == SOURCES[name]


@pytest.mark.parametrize("name", SOURCES)
def test_no_number_of_a_section_stands_beside_its_value(html: str, name: str) -> None:
    """In sentences too; but for the rules that the page explains, footnotes, and axes."""
    text = re.sub(r"<(svg|data|sup|ol)\b.*?</\1>", " ", section(html, name), flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text)).replace(HARMFUL, "")
    numbers = set(re.findall(r"\d[\d.,-]*%?", text))
    assert numbers <= EXPLAINED | LABELS.get(name, set())


def plots(html: str) -> Iterator[ET.Element]:
    for drawn in re.findall(r'<svg[^>]+class="plot".*?</svg>', html, flags=re.DOTALL):
        yield ET.fromstring(drawn)


def vertices(plot: ET.Element, classes: str) -> list[tuple[float, float]]:
    """The corners of a line, in units of the plot."""
    (group,) = (
        found for found in plot.iter(f"{_SVG}g") if found.get("class") == f"series {classes}"
        and found.find(f".//{_SVG}path") is not None
    )  # fmt: skip
    path = group.find(f".//{_SVG}path")
    assert path is not None
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.get("d", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_plots_are_their_curves_to_scale(html: str, reading: Reading) -> None:
    """Growth and drawdown, wide and narrow: a corner a day, each as high as its number says."""
    drawn = list(plots(section(html, "curves")))
    assert len(drawn) == 4
    curves = [shown.curve for shown in reading.shown if shown.curve]
    for plot, values in zip(drawn, (_index, _index, _drawdown, _drawdown), strict=True):
        wanted = [values(curve) for curve in curves]
        corners = [vertices(plot, f"s{number}") for number in range(len(curves))]
        heights = np.array([y for own in corners for _, y in own])
        numbers = np.array([number for own in wanted for number in own])
        scale, begin = np.polyfit(numbers, heights, 1)
        assert scale < 0  # a height counts from above
        assert np.abs(begin + scale * numbers - heights).max() < 0.2
        for own in corners:
            assert np.diff([x for x, _ in own]).min() > 0


def _index(curve: Curve) -> list[float]:
    return list(curve.index)


def _drawdown(curve: Curve) -> list[float]:
    return [-fall for fall in curve.drawdown]


def test_calibration_plots_their_deciles(html: str, reading: Reading) -> None:
    scored = [shown.performance["calibration"].raw for shown in reading.shown]
    deciles = [found["probabilities"]["deciles"] for found in scored if found]
    drawn = list(plots(section(html, "calibration")))
    assert len(drawn) == len(deciles) > 0
    for plot, own in zip(drawn, deciles, strict=True):
        assert len(list(plot.iter(f"{_SVG}circle"))) == len(own)
