"""Why a portfolio did, or did not, trade a market in a cycle: what stopped it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from prescient.core.deciding.decisions import common_filters
from prescient.core.deciding.stages import Stage
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.money import plain
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import PortfolioView, Strategy


@dataclass(frozen=True, slots=True)
class Check:
    """A rule beside what the market shows; `key` is what sets the bound, in a configuration.

    Dollars, prices and convictions between 0 and 1, or hours; None where there is no such number.
    """

    rule: str
    key: str | None
    passed: bool
    value: Decimal | str | None
    bound: Decimal | str | None

    @property
    def sentence(self) -> str:
        named = f" ({self.key})" if self.key else ""
        return f"{self.rule} is {_said(self.value)}, the bound{named} {_said(self.bound)}"


def threshold_checks(
    thresholds: Thresholds, *, liquidity: Decimal, volume: Decimal, conviction: Decimal
) -> list[Check]:
    """What the cycle asks of every market, beside this one's dollars and |yes − no|."""
    least = (
        ("liquidity", "min_liquidity", liquidity),
        ("volume", "min_volume", volume),
        ("conviction", "min_market_conviction", conviction),
    )
    checks = []
    for rule, key, value in least:
        bound = getattr(thresholds, key)
        if bound is not None:
            checks.append(Check(rule, key, value >= bound, value, bound))
    highest = thresholds.max_market_conviction
    if highest is not None:
        key = "max_market_conviction"
        checks.append(Check("conviction", key, conviction <= highest, conviction, highest))
    return checks


def market_checks(
    candidate: Candidate, configuration: StrategyConfiguration, view: PortfolioView
) -> list[Check]:
    """The rules that all strategies share, in their order, beside what the market shows."""
    numbers = _numbers(candidate, configuration, view)
    return [
        Check(rule, numbers[rule][0], passes(candidate), *numbers[rule][1:])
        for rule, passes in common_filters(configuration, view).items()
    ]


def why_stopped(
    stage: Stage,
    candidate: Candidate,
    strategy: Strategy[Any],
    configuration: StrategyConfiguration,
    view: PortfolioView,
) -> str:
    """A sentence about a stage that `decide` came to after the rules that all strategies share."""
    free, most = view.free_positions, view.limits.max_positions
    left_at = view.exited_by_rule.get(candidate.market_id)
    said = {
        Stage.PAUSED: "the portfolio was paused: it only sold",
        Stage.STRATEGY_RULE: (
            f"the rule of {strategy.name} did not choose it at {_prices(candidate)}: "
            "docs/strategies.md describes the built-in rules"
        ),
        Stage.ALREADY_HELD: "the portfolio held it already",
        Stage.COOLDOWN: (
            f"it was left by stop-loss or take-profit at {left_at}, "
            f"less than cooldown_hours ({plain(configuration.cooldown_hours)}) before"
        ),
        Stage.SIZED: (
            f"no size was left for it: cash {plain(view.cash)}, invested "
            f"{plain(view.invested())} dollars, {_limits(view)}"
        ),
        Stage.EMITTED: f"better ones took the {free} free of {most} positions",
    }
    return said.get(stage, "today's code would have chosen it: another version decided")


def _numbers(
    candidate: Candidate, configuration: StrategyConfiguration, view: PortfolioView
) -> dict[str, tuple[str | None, Decimal | str | None, Decimal | str | None]]:
    """By rule: the key of the configuration, the market's value, and the bound."""
    quote = candidate.quote
    asked = ", ".join(configuration.market_types) or "any"
    return {
        "outcome_price": (
            None,
            _prices(candidate),
            "no quote" if quote is None else f"bid {quote.bid}, ask {quote.ask}",
        ),
        "market_types": ("market_types", ", ".join(sorted(candidate.tags)), asked),
        "liquidity": ("min_liquidity", candidate.liquidity, configuration.min_liquidity),
        "volume": ("min_volume", candidate.volume, configuration.min_volume),
        "spread": ("max_spread", candidate.spread, configuration.max_spread),
        "time_to_end": (
            "min_hours_to_end",
            _hours_to_end(candidate, view),
            configuration.min_hours_to_end,
        ),
        "outcome_proposed": (
            None,
            "proposed" if candidate.outcome_proposed else "not proposed",
            "not proposed",
        ),
    }


def _prices(candidate: Candidate) -> str:
    return f"yes {plain(candidate.yes_price)}, no {plain(candidate.no_price)}"


def _hours_to_end(candidate: Candidate, view: PortfolioView) -> Decimal | None:
    if candidate.end_date is None:
        return None
    hours = (candidate.end_date - view.decided_at) / timedelta(hours=1)
    return Decimal(hours).quantize(Decimal("0.01"))


def _limits(view: PortfolioView) -> str:
    limits = view.limits
    return ", ".join(_limit(name, getattr(limits, name)) for name in _DOLLAR_LIMITS)


_DOLLAR_LIMITS = ("max_position_size", "max_total_exposure")


def _limit(name: str, value: Decimal | None) -> str:
    return f"no {name}" if value is None else f"{name} {plain(value)}"


def _said(value: Decimal | str | None) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "unknown" if value is None else value
