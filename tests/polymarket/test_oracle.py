"""Our reading of every recorded row beside the official client's; docs/market-data.md has both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.polymarket import recorded
from tests.polymarket.explanations import EXPLANATIONS, kinds
from tests.polymarket.report import Report, report

pytestmark = recorded.needs_recordings
PAGE = Path(__file__).parents[2] / "docs" / "market-data.md"


@pytest.fixture(scope="module")
def made() -> Report:
    pytest.importorskip(
        "polymarket", reason="no official client here: it has no wheel for this machine"
    )
    return report()


def test_every_recorded_file_is_read(made: Report) -> None:
    answers = {f"{path.parent.name}/{path.stem}" for path in recorded.FOLDER.rglob("*.json")}
    assert {name for name, _ in made.tallies} == answers


def test_every_difference_is_of_exactly_one_kind(made: Report) -> None:
    unexplained = [
        (difference, kinds(difference))
        for difference in made.differences
        if len(kinds(difference)) != 1
    ]
    assert unexplained == []


@pytest.mark.parametrize("kind", EXPLANATIONS)
def test_every_explanation_explains_something(made: Report, kind: str) -> None:
    assert any(kind in kinds(difference) for difference in made.differences)


def test_the_page_has_these_tables(made: Report) -> None:
    """`make recordings` prints them."""
    assert str(made) in PAGE.read_text("utf-8"), f"expected:\n{made}"
