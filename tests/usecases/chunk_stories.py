"""Random stories of portfolios that trade in one chunk, and the statements that set them up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal as D
from typing import NamedTuple

from hypothesis import strategies as st

from prescient.core.portfolio.portfolios import GlobalLimits, Limits

MARKETS = ("m1", "m2", "m3")
LEVELS = 3
FIRST_BID = 77
SIGNALS = """
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, shares, group_id, config_version, code_version
)
SELECT
    portfolio_id, %(cycle_id)s, 'momentum', %(now)s, market_id, 'Will it?', action,
    CASE action
        WHEN 'buy_yes' THEN %(bid)s + 0.01 WHEN 'sell_yes' THEN %(bid)s
        WHEN 'buy_no' THEN 1 - %(bid)s WHEN 'sell_no' THEN 0.99 - %(bid)s
    END,
    amount, confidence, 'drawn', shares, group_id, 1, 'test'
FROM json_to_recordset(%(signals)s) AS drawn (
    portfolio_id int, market_id text, action text, amount numeric, confidence numeric,
    shares numeric, group_id text
)
"""
CLAIM = """
UPDATE cycle_portfolios AS part SET
    status = 'running', lease_until = %(now)s::timestamptz + interval '10 minutes',
    signals = (
        SELECT count(*) FROM trading_signals AS signal
        WHERE signal.portfolio_id = part.portfolio_id AND signal.cycle_id = part.cycle_id
    )
WHERE cycle_id = %(cycle_id)s
"""
END = """
UPDATE cycle_portfolios SET status = 'completed', lease_until = NULL
WHERE cycle_id = %s AND status = 'running'
"""
CONDITIONS = {
    "paused": "UPDATE portfolios SET status = 'paused' WHERE portfolio_id = %(portfolio_id)s",
    "poisoned": """UPDATE portfolios SET strategy_config = '{"min_confidence": 7}'
        WHERE portfolio_id = %(portfolio_id)s""",
    "late": """UPDATE cycle_portfolios SET lease_until = %(now)s
        WHERE portfolio_id = %(portfolio_id)s AND cycle_id = %(cycle_id)s""",
    "ended": """UPDATE cycle_portfolios SET status = 'failed', lease_until = NULL
        WHERE portfolio_id = %(portfolio_id)s AND cycle_id = %(cycle_id)s""",
    "well": "SELECT 1",
}


class Wanted(NamedTuple):
    """A signal; those that are in a group ask for shares."""

    market_id: str
    action: str
    amount: int
    confidence: D
    shares: int | None
    group_id: str | None


class Trader(NamedTuple):
    """A portfolio, what it buys in a first cycle, and what it wants in the second."""

    balance: int
    limits: Limits
    condition: str
    first: Sequence[Wanted]
    then: Sequence[Wanted]


class Story(NamedTuple):
    """What a chunk meets.

    Before the second cycle prices move to `then_bid` cents, and the last market may pay YES. Books
    stand `above` cents over the listed quote, so that a sale may bring more than its mark.
    `most_orders` is how many share a transaction.
    """

    traders: Sequence[Trader]
    then_bid: int
    resolves: bool
    above: int
    levels: Sequence[int]
    shared_depth: bool
    shared_limits: GlobalLimits
    most_orders: int


def _signals(*actions: str) -> st.SearchStrategy[list[Wanted]]:
    single = st.builds(
        Wanted,
        st.sampled_from(MARKETS),
        st.sampled_from(actions),
        st.sampled_from([20, 60, 100, 400]),
        st.integers(75, 99).map(lambda percent: D(percent) / 100),
        st.none(),
        st.none(),
    )
    legs = st.integers(1, 80).map(
        lambda shares: [
            Wanted(market_id, "buy_yes", 100, D(1), shares, "legs") for market_id in MARKETS[:2]
        ]
    )
    singles = st.lists(single, min_size=1, max_size=3, unique_by=lambda wanted: wanted.market_id)
    return singles | legs if "buy_yes" in actions else singles


traders = st.builds(
    Trader,
    st.sampled_from([10_000, 1_000, 150, 50]),
    st.builds(
        Limits, st.sampled_from([None, D(90)]), st.sampled_from([None, D(120)]), st.integers(1, 5)
    ),
    st.sampled_from([*CONDITIONS, *["well"] * 5]),
    _signals("buy_yes", "buy_no"),
    _signals("buy_yes", "buy_no", "sell_yes", "sell_no"),
)
stories = st.builds(
    Story,
    st.lists(traders, min_size=2, max_size=6),
    st.sampled_from([FIRST_BID, FIRST_BID, 70, 80, 90]),
    st.booleans(),
    st.sampled_from([0, 0, 3]),
    st.lists(st.sampled_from([10, 70, 300]), min_size=1, max_size=LEVELS),
    st.sampled_from([True, True, False]),
    st.builds(
        GlobalLimits,
        total_capital=st.sampled_from([None, D(400), D(150)]),
        max_market_exposure=st.sampled_from([None, D(80), D(250)]),
    ),
    st.sampled_from([500, 4, 1]),
)


WISHES = [Wanted("m1", "buy_yes", 100, D("0.9"), None, None)]
TWO_FROM_ONE_BOOK = Story(
    [Trader(10_000, Limits(None, None, 5), "well", WISHES, [])] * 2,
    FIRST_BID,
    False,
    0,
    [70, 70],
    True,
    GlobalLimits(total_capital=None, max_market_exposure=None),
    500,
)

SALE_ABOVE_ITS_MARK = Story(
    [
        Trader(
            10_000,
            Limits(None, None, 5),
            "well",
            [*WISHES, Wanted("m2", "buy_yes", 100, D("0.8"), None, None)],
            [Wanted("m1", "sell_yes", 100, D("0.9"), None, None)],
        )
    ],
    90,
    False,
    3,
    [300],
    True,
    GlobalLimits(total_capital=None, max_market_exposure=None),
    500,
)
"""Its equity is higher than ever once it has sold, with another position still held."""
