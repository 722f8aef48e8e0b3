"""What every strategy's configuration shares (docs/strategies.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prescient.core.money import CENT, ONE, exact_count, exact_number

STEP = Decimal("0.000001")
BELOW = Decimal(10) ** 13  # what the columns hold
LEAST_STOP = Decimal("0.001")  # below it, a stop is less than the usual tick at any price

Exact = BeforeValidator(exact_number)
Whole = BeforeValidator(exact_count)
Probability = Annotated[Decimal, Field(ge=0, le=1, multiple_of=STEP), Exact]
Fraction = Annotated[Decimal, Field(gt=0, lt=1, multiple_of=STEP), Exact]
StopFraction = Annotated[Decimal, Field(ge=LEAST_STOP, lt=1, multiple_of=STEP), Exact]
PositivePart = Annotated[Decimal, Field(gt=0, le=1, multiple_of=STEP), Exact]
Positive = Annotated[Decimal, Field(gt=0, lt=BELOW, multiple_of=STEP), Exact]
NotNegative = Annotated[Decimal, Field(ge=0, lt=BELOW, multiple_of=STEP), Exact]
PositiveDollars = Annotated[Decimal, Field(gt=0, lt=BELOW, multiple_of=CENT), Exact]
Percent = Annotated[Decimal, Field(gt=0, le=100, multiple_of=CENT), Exact]
Rise = Annotated[Decimal, Field(gt=0, le=1000, multiple_of=STEP), Exact]
Hours = Annotated[Decimal, Field(ge=0, le=87600, multiple_of=STEP), Exact]
LookbackHours = Literal[6, 24, 72, 168, 336]


class HistoryNeed(NamedTuple):
    """The hourly marks of the last `lookback_hours`, of which a market needs `min_observations`."""

    lookback_hours: int
    min_observations: int = 0


class RuleConfiguration(BaseModel):
    """What a strategy's rule alone needs, on its own or as a voter of another strategy.

    An unknown key is refused by name.
    """

    # Built when first used: a step's portfolios share one or two of the strategies.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    min_confidence: Probability = Field(
        Decimal("0.75"), description="Least confidence of a signal, 0–1."
    )

    def history_needs(self) -> frozenset[HistoryNeed]:
        """What the rule reads of a market's past: nothing, unless a strategy says otherwise."""
        return frozenset()


class StrategyConfiguration(RuleConfiguration):
    """Keys for all strategies."""

    trade_amount: PositiveDollars = Field(
        Decimal(100), description="Dollars a trade, fees included; for legs, of the whole group."
    )
    max_position_size: PositiveDollars | None = Field(
        None, description="Dollars a position; may only tighten the portfolio's own limit."
    )
    risk_per_trade: Fraction | None = Field(
        None, description="Part of equity that one stopped-out trade may lose; sizes the trade."
    )
    max_depth_share: PositivePart = Field(
        Decimal("0.25"),
        description="Part of what the book offers within max_slippage that one trade may take.",
    )
    market_types: tuple[str, ...] = Field((), description="Slugs of event tags; empty admits all.")
    min_liquidity: NotNegative = Field(Decimal(10000), description="Dollars a market.")
    min_volume: NotNegative = Field(Decimal(50000), description="Dollars a market, all time.")
    max_spread: Probability = Field(Decimal("0.05"), description="Widest ask − bid, 0–1.")
    min_hours_to_end: Hours = Field(Decimal(24), description="Hours until the market ends.")
    stop_loss_percentage: StopFraction | None = Field(
        None, description="Fall of the bid since entry, as a part of the entry price."
    )
    take_profit_percentage: Rise | None = Field(
        None, description="Rise above the entry price, as a part of it."
    )
    cooldown_hours: Hours = Field(
        Decimal(24), description="Hours without re-entry to a market after an exit by rule."
    )
    max_event_exposure: PositiveDollars | None = Field(
        None, description="Dollars of cost basis in one event."
    )
    max_slippage: Probability = Field(
        Decimal("0.02"), description="How far a fill may exceed its target price, 0–1."
    )
    rebalance_threshold: Fraction | None = Field(
        None, description="Drift from the target allocation, 0–1, that calls for rebalancing."
    )
    rebalance_weight: Positive = Field(
        ONE, description="Its part of the capital beside the others', where Rebalancing is fixed."
    )


class KellyConfiguration(StrategyConfiguration):
    """For strategies that state a win probability: others have nothing to size by."""

    kelly_fraction: PositivePart | None = Field(
        None, description="Part of the Kelly stake to trade, instead of the other sizes."
    )
