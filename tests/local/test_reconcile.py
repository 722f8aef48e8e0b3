"""`make reconcile`: its exit status, and the rows that it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from operations import reconcile
from tests.world import World


@pytest.fixture
def world(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A portfolio with an open position, in the database of DATABASE_URL."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    made = World(database_url)
    made.portfolio()
    made.run_cycle()
    yield made
    made.disconnect()


def test_honest_books_end_with_0(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert reconcile.main() == 0
    assert capsys.readouterr().out == "The books reconcile.\n"


def test_broken_books_end_with_1_and_name_the_row(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.rows("UPDATE portfolio_positions SET cost_basis = 99.99 RETURNING 1")
    assert reconcile.main() == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "portfolio 1 position 1 99.99 100.00" in shown


@pytest.mark.parametrize("url", ["nonsense", "postgresql://nobody@127.0.0.1:1/none"])
def test_books_that_cannot_be_read_end_with_2(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert reconcile.main() == 2
    assert capsys.readouterr().err


def test_without_a_run_there_is_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert reconcile.main() == 2
    assert "DATABASE_URL" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())
