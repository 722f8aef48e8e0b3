"""Settings: what a command does not know is refused by name, wherever it was set."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.settings import read, switch
from prescient.core.errors import InvalidRequest

ROOT = Path(__file__).parents[2]
KNOWN = ("DATABASE_URL", "DRY_RUN", "TIME_ZONE", "SERVER_TIME_ZONE")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("DRYRUN", "DRY_RUN"),
        ("DRY-RUN", "DRY_RUN"),
        ("dry_run", "DRY_RUN"),
        ("TIMEZONE", "TIME_ZONE"),
        ("SERVER_TZ", "SERVER_TIME_ZONE"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("BANANA", None),
    ],
)
@pytest.mark.parametrize("by", ["make", "argument"])
def test_an_unknown_one_is_refused_and_the_nearest_known_named(
    name: str, nearest: str | None, by: str
) -> None:
    environment = {"MAKE_SETTINGS": f"DATABASE_URL {name}"} if by == "make" else {}
    arguments = [f"{name}=1"] if by == "argument" else []
    with pytest.raises(InvalidRequest) as refused:
        read("migrate", KNOWN, arguments, environment)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{name}: not a setting of make migrate")
    assert (f"; {nearest} is" in problem) == (nearest is not None)


def test_what_the_makefile_itself_knows_is_let_through() -> None:
    assert read("migrate", KNOWN, (), {"MAKE_SETTINGS": "PYTHON VENV"}) == {}


@pytest.mark.parametrize("name", ["DRYRUN", "Dry_Run", "TIMEZONE", "TO", "SERVERTIMEZONE"])
def test_so_is_a_variable_that_can_only_be_meant_for_the_command(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^{name}: not a setting of make migrate"):
        read("migrate", KNOWN, (), {name: "1"})


def test_a_restraint_is_not_overheard_by_a_command_that_has_none() -> None:
    with pytest.raises(InvalidRequest, match=r"^DRY_RUN: not a setting of make reconcile"):
        read("reconcile", ("DATABASE_URL",), (), {"DRY_RUN": "1"})


def test_other_variables_of_the_environment_are_none() -> None:
    environment = {"HOME": "/", "PORT": "1", "TIME_ZONE": "UTC", "BACKUP": "no", "DRY_RUNS": "1"}
    assert read("status", ("DATABASE_URL", "DRY_RUN"), (), environment) == {}


def test_arguments_win_over_the_environment() -> None:
    environment = {"TIME_ZONE": "UTC", "DRY_RUN": "1"}
    settings = read("migrate", KNOWN, ["TIME_ZONE=Europe/Berlin"], environment)
    assert settings == {"TIME_ZONE": "Europe/Berlin", "DRY_RUN": "1"}


def test_an_argument_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"^--dry-run: settings read NAME=value"):
        read("migrate", KNOWN, ["--dry-run"], {})


@pytest.mark.parametrize("text", ["1", "yes", "TRUE"])
def test_a_switch_is_yes_or_no(text: str) -> None:
    assert switch({"DRY_RUN": text}, "DRY_RUN", default=False)
    assert switch({}, "DRY_RUN", default=True)
    with pytest.raises(InvalidRequest, match=r"^DRY_RUN: must be yes or no"):
        switch({"DRY_RUN": f"{text}!"}, "DRY_RUN", default=False)


@pytest.mark.parametrize(
    "command", ["run", "serve", "token", "status", "backup", "migrate", "downgrade", "reconcile"]
)
def test_make_names_to_each_command_what_was_set_on_its_command_line(command: str) -> None:
    assigned = ["DRYRUN=1", "X=it's $$HOME", "DATABASE_URL=postgresql://u:pass word@h/d"]
    done = subprocess.run(
        ["make", "--dry-run", "--old-file=.venv/.done", command, *assigned],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    (names,) = [part.split("'")[1] for part in done.stdout.splitlines() if "MAKE_SETTINGS" in part]
    assert sorted(names.split()) == ["DATABASE_URL", "DRYRUN", "X"]
    assert "pass word" not in done.stdout
