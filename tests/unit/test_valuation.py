"""What positions and a portfolio are worth, by hand."""

from decimal import Decimal as D

from prescient.core.accounting.valuation import (
    HighWaterMark,
    MarketPrice,
    PricedPosition,
    day_profit,
    net_flows,
    valuation,
)
from prescient.core.market.markets import Outcome

PRICE = MarketPrice(mark=D("0.90"), best_bid=D("0.89"), best_ask=D("0.91"))


def position(
    outcome: Outcome = Outcome.YES, shares: str | None = "129.03", price: MarketPrice = PRICE
) -> PricedPosition:
    return PricedPosition(outcome, None if shares is None else D(shares), D("100.00"), price)


def test_profit_is_in_shares_not_in_dollars_times_price() -> None:
    # $100 at 0.775 marked at 0.90: 129.03 × 0.90 = 116.127, so +16.13 and not +12.50
    assert position().value - D("100.00") == D("16.13")


def test_no_is_worth_what_yes_is_not() -> None:
    # 129.03 × 0.10 = 12.903; the bid of NO is 1 − 0.91: 129.03 × 0.09 = 11.6127, rounded down
    held = position(Outcome.NO)
    assert (held.value, held.value_at_bid) == (D("12.90"), D("11.61"))


def test_what_is_unknown_is_worth_its_cost_and_has_no_bid() -> None:
    for held in (position(shares=None), position(price=MarketPrice(None, None, None))):
        assert (held.value, held.value_at_bid) == (D("100.00"), D(0))


def test_a_portfolio_is_its_cash_and_the_rounded_values() -> None:
    valued = valuation(D("9900.00"), D("5.00"), [position(), position(Outcome.NO)])
    assert (valued.invested, valued.value) == (D("200.00"), D("129.03"))
    assert (valued.unrealized_pnl, valued.total_profit_loss) == (D("-70.97"), D("-65.97"))
    # At the bids: 129.03 × 0.89 = 114.8367, and 11.61
    assert (valued.equity, valued.equity_at_bid) == (D("10029.03"), D("10026.44"))
    assert valued.open_positions == 2


def test_drawdown_is_the_deepest_fall_from_the_peak_before_it() -> None:
    mark = HighWaterMark(D(100))
    for equity in (90, 120, 105, 130, 120):
        mark = mark.after(D(equity))
    assert mark == HighWaterMark(D(130), D(15))


def test_a_flow_is_neither_gain_nor_drawdown() -> None:
    mark = HighWaterMark(D(100)).after(D(90)).after_flow(D(-40)).after(D(50))
    assert mark == HighWaterMark(D(60), D(10))
    assert mark.after_flow(D(20)).after(D(70)) == HighWaterMark(D(80), D(10))


def test_an_ask_of_no_is_what_the_bid_of_yes_leaves() -> None:
    assert PRICE.ask_of(Outcome.YES) == D("0.91")
    assert PRICE.ask_of(Outcome.NO) == D("0.11")
    assert MarketPrice(None, None, D("0.91")).ask_of(Outcome.NO) is None


def test_flows_are_what_neither_the_first_balance_nor_the_profit_explains() -> None:
    # 10,000 and 250 of profit would be 10,250; it is 10,650: 400 came in.
    assert net_flows(D(10_000), D(10_650), D(250)) == D(400)


def test_the_days_profit_knows_no_flow_and_admits_what_it_does_not_know() -> None:
    assert day_profit(D("12.50"), D("20.00"), began_today=False) == D("-7.50")
    assert day_profit(D("12.50"), None, began_today=True) == D("12.50")
    assert day_profit(D("12.50"), None, began_today=False) is None
