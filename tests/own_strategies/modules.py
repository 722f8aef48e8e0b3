"""Modules as users write them, good and bad."""

from __future__ import annotations

from pathlib import Path

_HEAD = """
from decimal import Decimal
from prescient.core.market.markets import Outcome
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import ExitOpinion, LegGroup, Opinion, Strategy

class Configuration(StrategyConfiguration):
    pass
"""
_RULE = """
def decide(candidates, view, configuration):
    {body}
"""
_STRATEGY = """
STRATEGY = Strategy({name!r}, Configuration, decide)
"""
YES_TO_ALL = """return [
        Opinion(candidate, Outcome.YES, Decimal("0.8"), None, "it is listed")
        for candidate in candidates
    ]"""


def module(folder: Path, name: str, body: str = YES_TO_ALL, before: str = "") -> Path:
    """A module named `name` in the folder, whose rule has this body; `before` runs at import."""
    rule = _RULE.format(body=body)
    return text(folder, name, before + _HEAD + rule + _STRATEGY.format(name=name))


def text(folder: Path, name: str, content: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(content)
    return path
