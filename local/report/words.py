"""What a comparison with the benchmark says, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TOLD_FROM_LUCK = 0.05
_UNLIKE_LUCK = "by more than luck explains"


def ranking_sentence(comparison: Mapping[str, Any] | None) -> str:
    """Say which portfolios are ahead of the benchmark, of an answer of `/portfolios/compare`."""
    if comparison is None:
        return "One portfolio alone shows nothing of luck."
    others = comparison["portfolios"]
    names = {row["portfolio_id"]: row["name"] for row in others}
    benchmark = names.get(comparison["benchmark_id"])
    if benchmark is None:
        return "None of these buys at random, so that nothing shows what luck alone does."
    ranked = [row for row in others if row["adjusted_p"] is not None]
    if not ranked:
        return f"There are too few days yet to tell any of them from {benchmark}."
    ahead = [row["name"] for row in ranked if row["adjusted_p"] <= TOLD_FROM_LUCK]
    if not ahead:
        return f"None of them is ahead of {benchmark}, which buys by lot, {_UNLIKE_LUCK}."
    verb = "is" if len(ahead) == 1 else "are"
    return f"{_joined(ahead)} {verb} ahead of {benchmark}, which buys by lot, {_UNLIKE_LUCK}."


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
