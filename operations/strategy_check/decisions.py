"""A strategy's decisions on all situations, and their digest, which any process repeats."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from operations.strategy_check.situations import Situation, situations
from prescient.core.deciding.decisions import Decision, decide
from prescient.core.strategies import registry
from prescient.core.strategies.protocol import Signal
from prescient.runtime import own_strategies
from prescient.runtime.time_limit import TimeLimit

LIMIT = TimeLimit(10)
CONFIGURATIONS: tuple[dict[str, object], ...] = (
    {},
    {"min_liquidity": 0, "min_volume": 0, "max_spread": 1, "min_hours_to_end": 0},
)
"""As it comes, and open to every market."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided in one situation."""

    situation: Situation
    decision: Decision


def decided(strategy_type: str, given: Sequence[Situation]) -> Iterator[Decided]:
    """Decide on the situations with each configuration; raises `StrategyFailed`."""
    strategy = registry.find(strategy_type)
    for values in CONFIGURATIONS:
        configuration = registry.configuration(strategy_type, values)
        for situation in given:
            yield Decided(
                situation, decide(strategy, configuration, situation.candidates, situation.view)
            )


def digest(decisions: Sequence[Decided]) -> str:
    """The same for the same decisions, in any process."""
    lines = (
        f"{found.decision.funnel} {[*map(_line, found.decision.signals)]}" for found in decisions
    )
    return sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def _line(signal: Signal) -> str:
    said = (signal.confidence, signal.win_probability, signal.reason)
    size = (signal.target_price, signal.amount, signal.shares, signal.group_id)
    return f"{signal.candidate.market_id} {signal.action} {size} {said}"


def main() -> int:
    """Print the digest for the module of the first argument."""
    path = Path(sys.argv[1])
    own_strategies.register(path, LIMIT)
    print(digest([*decided(path.stem, situations(path.stem))]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
