"""A folder for modules, and a registry that forgets them after each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prescient.core.strategies import registry
from prescient.runtime import own_strategies


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_refused", {})
    monkeypatch.setattr(own_strategies, "_read", set())
    yield
    for name in [name for name in sys.modules if name.startswith("own_strategies.")]:
        del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"
