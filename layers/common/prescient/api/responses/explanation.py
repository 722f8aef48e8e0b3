"""The explanation of why a market was, or was not, traded."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import WithJsonSchema

from prescient.api.models import Model
from prescient.api.responses.record import Signal
from prescient.core.deciding.stages import Stage

if TYPE_CHECKING:
    from prescient.core.deciding.explanation import Check
    from prescient.usecases.explain import Explanation

NumberOrText = Annotated[
    Decimal | str,
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]


class RuleChecked(Model):
    """A rule beside what the market showed; `key` of the configuration sets the bound.

    Dollars, prices and convictions between 0 and 1, or hours.
    """

    rule: str
    key: str | None
    passed: bool
    value: NumberOrText | None
    bound: NumberOrText | None

    @classmethod
    def of(cls, check: Check) -> Self:
        return cls(
            rule=check.rule,
            key=check.key,
            passed=check.passed,
            value=check.value,
            bound=check.bound,
        )


class ExplanationAnswer(Model):
    """Why a portfolio did, or did not, trade a market in its last cycle.

    `stage` is how far the market came, `sentence` why no further. `checks` are the rules that all
    strategies share, in their order, where no decision was made; `signal` is the decision where one
    was. Everything is as it was at `decided_at`.
    """

    message: str
    portfolio_id: int
    market_id: str
    market_question: str
    cycle_id: int
    decided_at: datetime | None
    strategy_type: str
    stage: Stage
    sentence: str
    checks: list[RuleChecked]
    signal: Signal | None

    @classmethod
    def of(cls, portfolio_id: int, market_id: str, found: Explanation) -> Self:
        return cls(
            message="Market explained",
            portfolio_id=portfolio_id,
            market_id=market_id,
            market_question=found.market_question,
            cycle_id=found.cycle_id,
            decided_at=found.decided_at,
            strategy_type=found.strategy_type,
            stage=found.stage,
            sentence=found.sentence,
            checks=[RuleChecked.of(check) for check in found.checks],
            signal=None if found.signal is None else Signal.model_validate(found.signal),
        )
