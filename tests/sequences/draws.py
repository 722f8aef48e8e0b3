"""What is drawn: configurations, what the exchange shows, and where steps are killed."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

from hypothesis import strategies as st

from tests.sequences.driven import MAX_SLIPPAGE
from tests.sequences.exchange import ENDS, IDENTITIES, MARKETS, UNPAID, Shown
from tests.sequences.killing import Kills
from tests.sequences.users import Manner

ADMITS_ALL: dict[str, Any] = {
    "min_liquidity": 0, "min_volume": 0, "max_spread": 1, "min_hours_to_end": 0,
    "max_slippage": MAX_SLIPPAGE,
}  # fmt: skip
MOMENTUM = {"min_confidence": "0.5", "min_conviction": 0, "max_conviction": 1, "min_drift": -1}
REVERSION = {"lookback_hours": 6, "min_observations": 2, "entry_z": 1, "max_z": 100}
OWN: dict[str, dict[str, Any]] = {
    "momentum": MOMENTUM,
    "mean_reversion": {**REVERSION, "exit_z": "0.5"},
    "arbitrage": {"max_depth_share": 1},
    "hybrid": {
        "min_voters": 1, "min_confidence": "0.5", "momentum": MOMENTUM,
        "mean_reversion": REVERSION,
    },
    "random": {"entries_per_cycle": 4},
}  # fmt: skip
AFTER_THE_LAST = 1000
STATEMENTS = {
    "open": 4, "filter": 36, "signal": 48, "execute": 51, "snapshot": 24, "close": 7,
    "update": 34, "manual": 24, "liquidate": 24, "write off": 24, "transfer": 10, "deposit": 9,
    "withdraw": 9, "status": 8,
}  # fmt: skip
MEANWHILE = [
    "update", "pause", "end", "withdraw", "fail", "rival", "overtake", "wait", "wait too long",
    "propose", "replace",
]  # fmt: skip
"""What may come between decision and execution."""


def kills(*steps: str) -> st.SearchStrategy[Kills]:
    """Each of the steps may be killed, at any of its statements or after the last one."""
    places = {step: st.integers(0, STATEMENTS[step]) | st.just(AFTER_THE_LAST) for step in steps}
    return st.fixed_dictionaries({}, optional=places)


bids = st.sampled_from([0, 1, 5, 20, 44, 58, 59, 60, 61, 66, 76, 90, 97, 99])
spreads = st.sampled_from([1, 1, 2, 2, 3, 9, 40, 98])
single = st.builds(
    lambda bid, spread, crossed, **rest: Shown(bid, min(bid + spread, 100), crossed, **rest),
    bids,
    spreads,
    st.sampled_from([0, 0, 1, 4]),
    depth=st.sampled_from([15, F("13.333333"), 120, 900]),
    liquidity=st.sampled_from([900, 20_000]),
    rate=st.sampled_from(["0", "0.04", "0.07"]),
    top=st.sampled_from([None] * 6 + [(1, 99), (58, 60), (90, 93)]),
    says=st.sampled_from([None] * 7 + [62]),
    status=st.sampled_from([None] * 9 + ["proposed", "challenged", "disputed"]),
)
CENTS_OF_EVENTS = [(18, 28, 45), (30, 33, 36), (38, 40, 30), (60, 25, 22), (1, 50, 43)]
together = st.builds(
    lambda cents, spread, depth, rate: [
        Shown(bid, bid + spread, depth=depth, rate=rate) for bid in cents
    ],
    st.sampled_from(CENTS_OF_EVENTS),
    st.sampled_from([1, 1, 2]),
    st.sampled_from([120, 900]),
    st.sampled_from(["0", "0.04"]),
)
moves = st.lists(st.tuples(st.sampled_from(MARKETS), single), max_size=3)
markets = st.sampled_from(MARKETS)
identities = st.sampled_from([*IDENTITIES, "first"])
doubtful_ends = st.sampled_from([None, "yes", "half_by_clob", *UNPAID])
ends = st.sampled_from([*ENDS, "half", "half_by_clob"])


def manners(step: str) -> st.SearchStrategy[Manner]:
    """How users ask for something with money."""
    return st.builds(
        Manner,
        minutes=st.sampled_from([0, 3, 11]),
        exchange=st.sampled_from(["up", "up", "down", "without books"]),
        repeated=st.sampled_from([None, None, "same", "other", "elsewhere"]),
        kills=kills(step),
    )
