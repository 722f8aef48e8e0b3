"""The template and the state machine as plain dictionaries."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.aws import intrinsics
from local.aws.template import Route, read_template

ROOT = Path(__file__).resolve().parents[2]


def loaded(path: str) -> dict[str, Any]:
    """A template of the repository."""
    return intrinsics.load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return loaded("template.yaml")


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = template["Resources"]
    return found


@pytest.fixture(scope="session")
def routes() -> Mapping[str, Route]:
    """The routes of the API by their keys."""
    template = read_template({"Stage": "dev", "DatabaseUrl": ""})
    return {route.key: route for route in template.routes}


@pytest.fixture(scope="session")
def functions(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties of each function, by the name of its folder."""
    return {
        Path(resource["Properties"]["CodeUri"]).name: resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Serverless::Function"
    }


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The state machine."""
    text = (ROOT / "statemachines/trading_cycle.asl.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture(scope="session")
def translated() -> Mapping[str, Any]:
    """The template as CloudFormation gets it, which is the same for every stage."""
    return told_by_sam("transformed.py", "template.yaml", '{"Stage": "prod"}')


def told_by_sam(script: str, *arguments: str) -> Mapping[str, Any]:
    """Return what a script of this folder prints in the SAM CLI's Python."""
    python = ROOT / ".venv-sam/bin/python"
    if not python.exists():
        pytest.skip("no SAM CLI: make .venv-sam/.ready installs it")
    done = subprocess.run(
        [python, f"tests/template/{script}", *arguments],
        cwd=ROOT,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found
