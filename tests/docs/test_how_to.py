"""The module that the how-to page begins a strategy with is one."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import pytest

from prescient.core.strategies.protocol import Strategy
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "how-to" / "add-a-strategy.md"


def test_the_module_of_the_page_is_a_strategy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(
        r"^```python[^\n]*\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    module = ModuleType("longshot")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(found[1], module.__dict__)
    strategy = module.STRATEGY
    assert isinstance(strategy, Strategy)
    assert strategy.name == module.__name__
    assert strategy.configuration().highest_price > 0
