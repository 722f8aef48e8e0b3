"""A rule that answers nonsense fails by name: nothing of it becomes a signal, or is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from prescient.core.deciding.decisions import decide
from prescient.core.errors import StrategyFailed
from prescient.core.strategies import registry
from prescient.runtime.own_strategies import register_from
from tests.builders import candidate, position, view
from tests.own_strategies.modules import module

_OPINION = "Opinion(candidates[0], Outcome.YES, Decimal('0.8'), None, 'why')"
_GROUP = "LegGroup('e1', {legs}, None, Decimal(1), 'why')"
SHOWN = candidate()

ANSWERS = {
    "return None": "its rule answered None, not a list",
    "return 'buy'": "its rule answered a str, not a list",
    "yield 1": "its rule answered a generator, not a list",
    "return ['m1']": "its rule answered a str, not an Opinion or a LegGroup",
    "return [candidates[7]]": "its rule raised IndexError: tuple index out of range",
    "candidates.clear()": "its rule raised AttributeError",
    "raise ValueError('a\\0 b')": "its rule raised ValueError: a  b (mine.py, line",
    "import sys; sys.exit()": "its rule raised RuntimeError: SystemExit was raised",
    "while True: pass": "its rule did not end within 1.5 seconds",
    f"return [{_OPINION.replace('Decimal', 'float')}]": "the confidence 0.8: it is a Decimal from",
    f"return [{_OPINION.replace('0.8', 'NaN')}]": "the confidence Decimal('NaN')",
    f"return [{_OPINION.replace('0.8', '1.1')}]": "the confidence Decimal('1.1')",
    f"return [{_OPINION.replace('0.8', '0.7')}]": "a Decimal from 0.75 (min_confidence) to 1",
    f"return [{_OPINION.replace('None', '2')}]": "the win probability 2",
    f"return [{_OPINION.replace('Outcome.YES', '7')}]": "the outcome 7",
    f"return [{_OPINION.replace('why', '')}]": "a reason that is no text of 1 to 2000 characters",
    "return [" + _OPINION.replace("why", "a\\0b") + "]": "a reason with a character",
    f"from copy import copy; return [{_OPINION.replace('candidates[0]', 'copy(candidates[0])')}]": (
        "a candidate that it was not given"
    ),
    f"return [{_GROUP.format(legs='None')}]": "a group whose legs are None",
    f"return [{_GROUP.format(legs='()')}]": "a group that has no legs, or the same one twice",
    f"return [{_GROUP.format(legs='(1,)')}]": "an int, not a Leg",
}


@pytest.mark.parametrize("body", ANSWERS)
def test_an_answer_that_is_none_fails_by_name(folder: Path, body: str) -> None:
    module(folder, "mine", body)
    register_from(str(folder), 1.5)
    configuration = registry.configuration("mine", {})
    with pytest.raises(StrategyFailed) as failure:
        decide(registry.find("mine"), configuration, [SHOWN], view())
    assert str(failure.value).startswith("mine: its rule ")
    assert ANSWERS[body] in str(failure.value)
    assert str(failure.value).isprintable()


def test_a_good_answer_becomes_a_signal(folder: Path) -> None:
    module(folder, "mine")
    register_from(str(folder), 1.5)
    configuration = registry.configuration("mine", {})
    decision = decide(registry.find("mine"), configuration, [SHOWN], view())
    assert [signal.reason for signal in decision.signals] == ["it is listed"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("1 / 0", "its exits raised ZeroDivisionError"),
        ("7", "its exits answered an int, not a list"),
        ("[7]", "its exits answered an int, not an ExitOpinion"),
        ("[ExitOpinion(held, held.candidate, 0.5, 'why')]", "the confidence 0.5"),
        ("2 * [ExitOpinion(held, held.candidate, Decimal(1), 'why')]", "the same position twice"),
        ("[ExitOpinion(None, None, Decimal(1), 'why')]", "a position that is not in its view"),
        ("[ExitOpinion(held, None, Decimal(1), 'why')]", "a candidate that is not the position's"),
    ],
)
def test_exits_are_judged_as_purchases_are(folder: Path, answer: str, reason: str) -> None:
    path = module(folder, "mine", "return []")
    exits = f"def sell(view, configuration):\n    held = view.positions[0]\n    return {answer}\n"
    text = path.read_text().replace("\nSTRATEGY", f"\n{exits}STRATEGY")
    path.write_text(text.replace("decide)", "decide, sell)"))
    register_from(str(folder), 1.5)
    seen = view(positions=(position()._replace(candidate=SHOWN),))
    with pytest.raises(StrategyFailed, match=reason):
        decide(registry.find("mine"), registry.configuration("mine", {}), [SHOWN], seen)
