"""What CONTRIBUTING.md promises: hooks that run what `make lint` runs, and one version."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml

from prescient import __version__
from tests.docs.pages import ROOT


def test_the_hooks_run_each_part_of_make_lint() -> None:
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(r"^lint: ([a-z ]+) ##.*\n$", makefile, re.MULTILINE)
    assert found, "lint has parts, and no recipe of its own"
    hooks: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    [repository] = hooks["repos"]
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert sorted(entries) == sorted(f"make {part}" for part in found[1].split())


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "prescient.__version__"}
    released = re.findall(r"^## \[(\d.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[:1] in ([], [__version__])


def test_ci_tests_the_pythons_that_the_project_supports() -> None:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={tested[0]}"
    template = (ROOT / "template.yaml").read_text()
    assert f"Runtime: python{tested[-1]}" in template
