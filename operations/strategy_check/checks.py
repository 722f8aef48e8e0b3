"""The checks of a strategy, in the order in which a user reads them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from operations.strategy_check.decisions import LIMIT, Decided, decided, digest
from operations.strategy_check.situations import Situation, situations
from operations.strategy_check.source import impurities
from prescient.core.deciding.cycles import Funnel
from prescient.core.errors import InvalidStrategy, StrategyFailed
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.runtime import own_strategies

_HASH_SEED = "1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check: whether it holds, and in words what was seen."""

    check: str
    holds: bool
    words: str


def verdicts(path: Path) -> Iterator[Verdict]:
    """Check the module at `path`; what cannot be loaded or run is not checked further."""
    yield _is_pure(path)
    loads = _loads(path)
    yield loads
    if not loads.holds:
        return
    given = situations(path.stem)
    before = deepcopy(given)
    try:
        first = [*decided(path.stem, given)]
        again = [*decided(path.stem, deepcopy(before))]
    except StrategyFailed as error:
        yield Verdict("answers", False, str(error))
        return
    yield _answers(first)
    yield _leaves_its_input(before, given)
    yield _repeats_itself(path, first, again)
    yield _adds_up(first)


def _is_pure(path: Path) -> Verdict:
    try:
        found = impurities(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as error:
        return Verdict("pure", False, f"cannot be read: {error}")
    return Verdict("pure", not found, "; ".join(found) or "reads no file, no clock, no chance")


def _loads(path: Path) -> Verdict:
    try:
        own_strategies.register(path, LIMIT)
    except InvalidStrategy as error:
        return Verdict("loads", False, str(error))
    model = registry.find(path.stem).configuration
    own = model.model_fields.keys() - StrategyConfiguration.model_fields.keys()
    keys = ", ".join(name for name in model.model_fields if name in own)
    return Verdict("loads", True, f"keys of its own: {keys or 'none'}")


def _answers(decisions: Sequence[Decided]) -> Verdict:
    """That every signal is valid was shown by deciding; here is how many there were."""
    signals = [signal for found in decisions for signal in found.decision.signals]
    sales = sum(not signal.action.is_buy for signal in signals)
    words = f"{len(signals) - sales} buys, {sales} sales in {len(decisions)} decisions"
    return Verdict("answers", bool(signals), words)


def _leaves_its_input(before: Sequence[Situation], after: Sequence[Situation]) -> Verdict:
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    words = f"changed what it was given in {changed} situations" if changed else "untouched"
    return Verdict("its input", not changed, words)


def _repeats_itself(path: Path, first: Sequence[Decided], again: Sequence[Decided]) -> Verdict:
    if digest(first) != digest(again):
        return Verdict("deterministic", False, "decided otherwise the second time")
    if digest(first) != _in_another_process(path):
        words = "decides otherwise in another process: does it walk through a set?"
        return Verdict("deterministic", False, words)
    return Verdict("deterministic", True, "the same again, and in another process")


def _in_another_process(path: Path) -> str:
    """The digest that a process of its own prints, in which sets have another order."""
    ran = subprocess.run(
        [sys.executable, "-m", "operations.strategy_check.decisions", path],
        env={
            **os.environ,
            "PYTHONHASHSEED": _HASH_SEED,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout.split()[-1] if ran.returncode == 0 else ran.stderr


def _adds_up(decisions: Sequence[Decided]) -> Verdict:
    for found in decisions:
        for problem in _funnel_problems(found):
            return Verdict("funnel", False, f"cycle {found.situation.view.cycle_id}: {problem}")
    return Verdict("funnel", True, "no stage has more than the one before it")


def _funnel_problems(found: Decided) -> Iterator[str]:
    funnel = found.decision.funnel
    for (before, more), (after, fewer) in pairwise(_stages(funnel)):
        if fewer > more:
            yield f"{after} has {fewer}, and {before} before it only {more}"
    signals = found.decision.signals
    decisions = {signal.group_id or signal.candidate.market_id for signal in signals}
    if funnel["emitted"] + funnel["exits"] != len(decisions):
        yield f"{funnel['emitted']} bought and {funnel['exits']} sold, but {len(decisions)} signals"


def _stages(funnel: Funnel) -> list[tuple[str, int]]:
    return [stage for stage in funnel.items() if stage[0] != "exits"]
