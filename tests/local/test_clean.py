"""`make clean` removes what can be made again, and keeps what cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local import clean
from local.ownership import owned


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with an installation and a database in it."""
    monkeypatch.chdir(tmp_path)
    for path in (".venv/bin", ".local/postgres/data", ".local/log"):
        Path(path).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("kept", [["backups"], ["reports"], ["backups", "reports"]])
def test_backups_and_reports_stay(
    folder: Path, capsys: pytest.CaptureFixture[str], kept: list[str]
) -> None:
    for name in kept:
        Path(".local", name).mkdir()
        Path(".local", name, "shop").touch()
    assert clean.main() == 0
    assert sorted(path.name for path in Path(".local").iterdir()) == kept
    assert all(Path(".local", name, "shop").exists() for name in kept)
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [
        f".local/{name}," for name in kept
    ]
    assert [path.name for path in folder.iterdir()] == [".local"]


def test_without_any_nothing_is_left(folder: Path) -> None:
    assert clean.main() == 0
    assert list(folder.iterdir()) == []


def test_what_roots_postgres_has_elsewhere_goes_too(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    Path(".local/postgres/home").symlink_to(elsewhere)
    assert clean.main() == 0
    assert list(folder.iterdir()) == []


def test_nothing_is_removed_while_a_command_runs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with owned("serve"):
        assert clean.main() == 2
    assert f"`make serve` (process {os.getpid()}) uses .local." in capsys.readouterr().err
    assert Path(".venv/bin").exists()
