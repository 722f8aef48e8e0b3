"""The table of rows that show what a key of a `strategy_config` does, and what rows need.

A row for a key that all strategies share is written once and runs for each strategy, on the first
of `OPPORTUNITIES` that the strategy buys. A new strategy needs rows for its own keys only.
"""

from collections.abc import Callable
from decimal import Decimal as D
from functools import cache
from typing import Any

from prescient.core.deciding.decisions import Decision, decide
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from tests.builders import candidate, view
from tests.opportunities import CHEAP_PAIR, agreed, strayed, two_books

Row = Callable[[str], None]
ROWS: dict[str, Row] = {}
OPPORTUNITIES: list[Candidate] = [
    candidate(),
    strayed("0.40"),
    two_books(*CHEAP_PAIR),
    agreed(),
]
"""Markets in an event tagged politics; each strategy buys one with an empty configuration."""


def shows(*keys: str) -> Callable[[Row], Row]:
    """Declares what a row shows: a key of all strategies, or `strategy:key` of one."""

    def note(row: Row) -> Row:
        ROWS.update(dict.fromkeys(keys, row))
        return row

    return note


@cache
def opportunity(strategy_type: str) -> Candidate:
    """The first market that the strategy buys with an empty configuration."""
    for market in OPPORTUNITIES:
        if decided(strategy_type, [market]).signals:
            return market
    raise AssertionError(
        f"{strategy_type} buys none of OPPORTUNITIES with an empty configuration: "
        "add a market that it buys at their end (tests/unit/keys/table.py)"
    )


def configured(strategy_type: str, **values: Any) -> StrategyConfiguration:
    return registry.configuration(strategy_type, values)


def decided(
    strategy_type: str, shown: list[Candidate] | None = None, seen: Any = None, **values: Any
) -> Decision:
    candidates = [opportunity(strategy_type)] if shown is None else shown
    wanted = configured(strategy_type, **values)
    return decide(registry.find(strategy_type), wanted, candidates, seen or view())


def spent(decision: Decision) -> D:
    return sum((signal.amount for signal in decision.signals), D(0))


def trades(strategy_type: str, shown: list[Candidate], **values: Any) -> bool:
    return bool(decided(strategy_type, shown, **values).signals)
