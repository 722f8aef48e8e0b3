"""How large a trade may be: stakes, and everything that limits them."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.sizing import budget, kelly_stake
from prescient.core.errors import InvalidRequest
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, Outcome
from prescient.core.portfolio.portfolios import Limits
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.momentum import MomentumConfiguration
from prescient.core.strategies.protocol import Opinion
from tests.builders import candidate, position, view
from tests.opportunities import book


def size(
    configuration: dict[str, Any] | None = None,
    shown: Candidate | None = None,
    win_probability: str | None = "0.775",
    **seen: Any,
) -> D:
    chance = None if win_probability is None else D(win_probability)
    wanted = Opinion(shown or candidate(), Outcome.YES, D("0.775"), chance, "because")
    return budget(wanted, MomentumConfiguration(**configuration or {}), view(**seen))


def test_a_fixed_amount_or_a_part_of_equity_at_risk() -> None:
    assert size() == D(100)
    assert size({"trade_amount": 250}) == D(250)
    # 10,000 × 0.02 / 1 and / 0.4
    assert size({"risk_per_trade": "0.02"}) == D(200)
    assert size({"risk_per_trade": "0.02", "stop_loss_percentage": "0.4"}) == D(500)
    assert size({"risk_per_trade": "0.00777"}, equity=D("1000.01")) == D("7.77")


@pytest.mark.parametrize(
    ("win_probability", "price", "stake"),
    [
        ("0.60", "0.50", "0.2"),  # even odds: p − (1 − p)
        ("0.80", "0.75", "0.2"),  # 0.05 / 0.25
        ("0.50", "0.50", "0"),
        ("0.40", "0.50", "0"),
        ("1", "0.90", "1"),
        ("1", "1", "0"),
        ("0.9", "1.01", "0"),
    ],
)
def test_kelly_by_hand(win_probability: str, price: str, stake: str) -> None:
    assert kelly_stake(D(win_probability), D(price)) == D(stake)


def test_kelly_stakes_grow_wealth_fastest() -> None:
    """Expected log growth p·ln(1 + f(1/q − 1)) + (1 − p)·ln(1 − f) is largest at f*."""
    p, q = D("0.62"), D("0.53")
    best = kelly_stake(p, q)

    def growth(part: D) -> D:
        return p * (1 + part * (1 / q - 1)).ln() + (1 - p) * (1 - part).ln()

    assert all(growth(best) > growth(best + step) for step in (D("-0.01"), D("0.01")))


def test_a_part_of_the_kelly_stake_after_fees() -> None:
    # at 0.78: (0.80 − 0.78) / 0.22 = 0.0909; a quarter of it of 10,000 is 227.27
    assert size({"kelly_fraction": "0.25"}, win_probability="0.80") == D("227.27")
    # a fee of 0.04 × 0.78 × 0.22 makes the price 0.786864: (0.80 − 0.786864) / 0.213136
    taxed = candidate(fee=FeeSchedule(D("0.04")))
    assert size({"kelly_fraction": "0.25"}, taxed, win_probability="0.80") == D("154.08")
    assert size({"kelly_fraction": 1}, win_probability="0.78") == 0
    assert size({"kelly_fraction": 1}, win_probability=None) == D(100)


def test_kelly_is_refused_where_no_probability_is_stated() -> None:
    registry.configuration("momentum", {"kelly_fraction": 0.5})
    for strategy_type in ("mean_reversion", "arbitrage", "hybrid", "random"):
        with pytest.raises(InvalidRequest, match="kelly_fraction"):
            registry.configuration(strategy_type, {"kelly_fraction": 0.5})


HELD = (position(cost_basis=D("930.00")), position(event_id=EventId("e2"), cost_basis=D(20)))


@pytest.mark.parametrize(
    ("configuration", "seen", "amount"),
    [
        ({}, {"cash": D("62.50")}, "62.50"),
        ({}, {"cash": D(0)}, "0"),
        ({"max_position_size": 80}, {}, "80"),
        ({"max_position_size": 80}, {"limits": Limits(D(70), None, 20)}, "70"),
        ({}, {"limits": Limits(None, D(1000), 20), "positions": HELD}, "50"),
        ({}, {"limits": Limits(None, D(900), 20), "positions": HELD}, "0"),
        ({"max_event_exposure": 1000}, {"positions": HELD}, "70"),
        ({"max_event_exposure": 60}, {}, "60"),
    ],
)
def test_never_above_limits_and_free_cash(
    configuration: dict[str, Any], seen: dict[str, Any], amount: str
) -> None:
    assert size(configuration, **seen) == D(amount)


def test_never_above_its_share_of_the_book() -> None:
    """100 shares at 0.78 and at 0.80 are within 0.02 of the best ask, those at 0.81 are not."""
    thin = candidate(books={Outcome.YES: book("0.77", "0.78", "0.80", "0.81", shares=100)})
    assert size(shown=thin) == D("39.50")  # (78 + 80) / 4
    assert size({"max_depth_share": "0.5"}, thin) == D("79.00")
    assert size({"max_slippage": "0.03"}, thin) == D("59.75")  # (78 + 80 + 81) / 4
    unsold = OrderBook((Level(D("0.77"), D(100)),), ())
    assert size(shown=candidate(books={Outcome.YES: unsold})) == 0


def test_a_quote_shows_no_depth_to_take_a_share_of() -> None:
    assert size({"trade_amount": 5000}) == D(5000)
