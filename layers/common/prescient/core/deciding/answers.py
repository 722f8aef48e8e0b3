"""What a strategy's rules answered, checked: an answer that is none fails by name, as an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from prescient.core.errors import StrategyFailed
from prescient.core.market.markets import Outcome
from prescient.core.money import ONE, ZERO
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.protocol import (
    ConfigurationT,
    ExitOpinion,
    Guarantee,
    Leg,
    LegGroup,
    Opinion,
    PortfolioView,
    Proposal,
    Strategy,
)
from prescient.core.strategies.registration import told

AnswerT = TypeVar("AnswerT")
_LONGEST_REASON = 2000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
Seen = frozenset[int]
"""The identities of the candidates that a rule was given."""


def proposals_of(
    strategy: Strategy[ConfigurationT],
    configuration: ConfigurationT,
    candidates: Sequence[Candidate],
    view: PortfolioView,
) -> Sequence[Proposal]:
    """What the rule would buy of the candidates; raises `StrategyFailed`."""
    given = tuple(candidates)
    answered = _answered(strategy.name, "rule", lambda: strategy.rule(given, view, configuration))
    seen = frozenset(map(id, given))
    for proposal in answered:
        for problem in _proposal_problems(proposal, seen, configuration.min_confidence):
            raise StrategyFailed(f"{strategy.name}: its rule answered {problem}")
    return answered


def exits_of(
    strategy: Strategy[ConfigurationT], configuration: ConfigurationT, view: PortfolioView
) -> Sequence[ExitOpinion]:
    """Which positions the strategy would sell, each at most once; raises `StrategyFailed`."""
    rule = strategy.exits
    if rule is None:
        return ()
    answered = _answered(strategy.name, "exits", lambda: rule(view, configuration))
    for place, opinion in enumerate(answered):
        for problem in _exit_problems(opinion, view, answered[:place]):
            raise StrategyFailed(f"{strategy.name}: its exits answered {problem}")
    return answered


def _answered(name: str, part: str, ask: Callable[[], Sequence[AnswerT]]) -> Sequence[AnswerT]:
    try:
        answered = ask()
    except (Exception, SystemExit) as error:
        raise StrategyFailed(f"{name}: its {part} {told(error)}") from error
    if not isinstance(answered, list | tuple):
        raise StrategyFailed(f"{name}: its {part} answered {_kind(answered)}, not a list")
    return answered


def _proposal_problems(proposal: object, seen: Seen, least: Decimal) -> Iterator[str]:
    if isinstance(proposal, Opinion):
        yield from _purchase_problems(proposal.candidate, proposal.outcome, seen)
        probability = proposal.win_probability
        if probability is not None and not _is_number(probability, ZERO, ONE):
            yield f"the win probability {probability!r}: it is None or a Decimal from 0 to 1"
    elif isinstance(proposal, LegGroup):
        yield from _group_problems(proposal, seen)
    else:
        yield f"{_kind(proposal)}, not an Opinion or a LegGroup"
        return
    yield from _saying_problems(proposal.confidence, proposal.reason, least)


def _group_problems(group: LegGroup, seen: Seen) -> Iterator[str]:
    legs: Any = group.legs
    if not isinstance(legs, list | tuple):
        yield f"a group whose legs are {_kind(legs)}"
        return
    bought = []
    for leg in legs:
        if not isinstance(leg, Leg):
            yield f"{_kind(leg)}, not a Leg"
            return
        yield from _purchase_problems(leg.candidate, leg.outcome, seen)
        bought.append((id(leg.candidate), leg.outcome))
    if not bought or len(set(bought)) < len(bought):
        yield "a group that has no legs, or the same one twice"
    guarantee: Any = group.guarantee
    subject: Any = group.subject
    if not isinstance(guarantee, Guarantee) or not isinstance(subject, str):
        yield "a group without a Guarantee or a subject"
    elif not all(map(_is_number, (guarantee.payout, guarantee.least_edge, guarantee.least_return))):
        yield "a Guarantee whose numbers are no Decimals"


def _purchase_problems(candidate: object, outcome: object, seen: Seen) -> Iterator[str]:
    """A purchase is of an outcome, and of a candidate that the rule was given, not of a copy."""
    if id(candidate) not in seen:
        yield "a candidate that it was not given"
    if not isinstance(outcome, Outcome):
        yield f"the outcome {outcome!r}: it is Outcome.YES or Outcome.NO"


def _saying_problems(confidence: object, reason: object, least: Decimal) -> Iterator[str]:
    if not _is_number(confidence, least, ONE):
        yield f"the confidence {confidence!r}: it is a Decimal from {least} (min_confidence) to 1"
    if not isinstance(reason, str) or not 0 < len(reason) <= _LONGEST_REASON:
        yield f"a reason that is no text of 1 to {_LONGEST_REASON} characters"
    elif _UNSTORABLE.search(reason):
        yield "a reason with a character that no database stores"


def _exit_problems(
    opinion: object, view: PortfolioView, before: Sequence[ExitOpinion]
) -> Iterator[str]:
    if not isinstance(opinion, ExitOpinion):
        yield f"{_kind(opinion)}, not an ExitOpinion"
        return
    position = opinion.position
    if not any(position is held for held in view.positions):
        yield "a position that is not in its view"
    elif any(position is earlier.position for earlier in before):
        yield "the same position twice"
    elif position.candidate is None or opinion.candidate is not position.candidate:
        yield "a candidate that is not the position's"
    yield from _saying_problems(opinion.confidence, opinion.reason, ZERO)


def _is_number(value: object, least: Decimal | None = None, most: Decimal | None = None) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def _kind(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
