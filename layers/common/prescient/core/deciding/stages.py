"""How far a market comes in a portfolio's cycle."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a market came in a portfolio's cycle, the last that it reached."""

    NOT_RUN = "not_run"
    TAPE_GONE = "tape_gone"
    NOT_LISTED = "not_listed"
    NOT_TRADABLE = "not_tradable"
    THRESHOLDS = "thresholds"
    PAUSED = "paused"
    OUTCOME_PRICE = "outcome_price"
    MARKET_TYPES = "market_types"
    LIQUIDITY = "liquidity"
    VOLUME = "volume"
    SPREAD = "spread"
    TIME_TO_END = "time_to_end"
    OUTCOME_PROPOSED = "outcome_proposed"
    STRATEGY_RULE = "strategy_rule"
    ALREADY_HELD = "already_held"
    COOLDOWN = "cooldown"
    SIZED = "sized"
    EMITTED = "emitted"
    UNKNOWN = "unknown"
    PENDING = "pending"
    REJECTED = "rejected"
    EXECUTED = "executed"
