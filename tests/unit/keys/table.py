"""The table of rows that show what a key of a `strategy_config` does, and what rows need."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

from prescient.core.deciding.decisions import Decision, decide
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from tests.builders import candidate, view
from tests.opportunities import CHEAP_PAIR, agreed, strayed, two_books

Row = Callable[[str], None]
ROWS: dict[str, Row] = {}
SCENES: dict[str, list[Candidate]] = {
    "momentum": [candidate()],
    "mean_reversion": [strayed("0.40")],
    "arbitrage": [two_books(*CHEAP_PAIR)],
    "hybrid": [agreed()],
    "random": [candidate()],
}
"""For each strategy what it trades with an empty configuration, in an event tagged politics."""


def shows(*keys: str) -> Callable[[Row], Row]:
    """Declares what a row shows: a key of all strategies, or `strategy:key` of one."""

    def note(row: Row) -> Row:
        ROWS.update(dict.fromkeys(keys, row))
        return row

    return note


def configured(strategy_type: str, **values: Any) -> StrategyConfiguration:
    return registry.configuration(strategy_type, values)


def decided(
    strategy_type: str, shown: list[Candidate] | None = None, seen: Any = None, **values: Any
) -> Decision:
    candidates = SCENES[strategy_type] if shown is None else shown
    wanted = configured(strategy_type, **values)
    return decide(registry.find(strategy_type), wanted, candidates, seen or view())


def spent(decision: Decision) -> D:
    return sum((signal.amount for signal in decision.signals), D(0))


def trades(strategy_type: str, shown: list[Candidate], **values: Any) -> bool:
    return bool(decided(strategy_type, shown, **values).signals)
