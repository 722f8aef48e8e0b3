"""Tables of the pages that repeat what the code says, held against it."""

from __future__ import annotations

import re
from typing import Any

from prescient.api.errors import STATUSES
from prescient.core.execution.results import Rejection
from prescient.core.market.settlement import ResolutionFlag
from prescient.core.portfolio.positions import PositionFlag
from prescient.usecases.support.metrics import Measure
from tests.docs.pages import ROOT
from tests.template.conftest import loaded

NEVER_OVER_HTTP = {"migration_refused"}


def section(page: str, heading: str) -> str:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of its tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def first_names(text: str) -> list[str]:
    return [name for row in rows(text) for name in named(row[0])]


def test_the_flags_of_positions_in_their_order() -> None:
    flags = [flag.value for kind in (PositionFlag, ResolutionFlag) for flag in kind]
    assert first_names(section("accounting.md", "Why a position waits")) == flags


def test_the_reasons_of_rejections() -> None:
    told = first_names(section("accounting.md", "Why a signal did not execute"))
    assert sorted(told) == sorted(Rejection)


def test_the_codes_of_conflicts() -> None:
    told = section("http-api.md", "Errors").partition("At 409 they are:")[2]
    listed = re.findall(r"^- .*?(?=^- |^$)", told, re.MULTILINE | re.DOTALL)
    codes = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        for kind, status in STATUSES.items()
        if status == 409
    }
    assert {code for line in listed for code in named(line)} == codes - NEVER_OVER_HTTP


def test_the_metrics() -> None:
    told = rows(section("deployment.md", "Metrics"))
    by = {name: row[1].replace("–", "") for row in told for name in named(row[0])}
    assert by == {measure.label: ", ".join(measure.dimensions) for measure in Measure}


def test_the_parameters_and_their_defaults() -> None:
    parameters: dict[str, Any] = loaded("template.yaml")["Parameters"]
    told: dict[str, str] = {}
    for cell, default, *_ in rows(section("deployment.md", "Deploy")):
        names, defaults = named(cell), named(default) or [""]
        told |= dict(zip(names, defaults * (len(names) // len(defaults)), strict=True))
    assert told.keys() == parameters.keys()
    for name, parameter in parameters.items():
        expected = str(parameter.get("Default", ""))
        assert told[name] == expected or (told[name] in parameters and not expected), name


def test_the_number_of_alarms_that_are_paid_for() -> None:
    resources = [
        resource
        for path in ("template.yaml", "stacks/monitoring.yaml")
        for resource in loaded(path)["Resources"].values()
    ]
    alarms = [item for item in resources if item["Type"] == "AWS::CloudWatch::Alarm"]
    assert f"With {len(alarms)} alarms" in section("operations.md", "What watching costs")


def test_every_folder_of_tests_is_told() -> None:
    told = {path.split("/")[1] for path in first_names((ROOT / "docs/testing.md").read_text())}
    assert {path.parent.name for path in ROOT.glob("tests/*/test_*.py")} == told
