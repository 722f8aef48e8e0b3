"""Strategies from the tape to the trade: what the pure rules say is what happens."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import FeeSchedule, MarketId, Quote
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies import registry
from tests.builders import NOON, event, market
from tests.world import World


def book(bid: str, ask: str, shares: int = 1000) -> OrderBook:
    return OrderBook((Level(D(bid), D(shares)),), (Level(D(ask), D(shares)),))


def show_price(world: World, mark: str) -> None:
    """The one market, quoted half a cent around `mark`."""
    middle = D(mark)
    quote = Quote(middle - D("0.005"), middle + D("0.005"))
    world.exchange.show(yes_price=middle, no_price=1 - middle, quote=quote)


def live_through(world: World, *marks: str) -> None:
    """A cycle an hour, each at one of `marks`."""
    for mark in marks:
        show_price(world, mark)
        world.run_cycle()
        world.clock.pass_time(hours=1)


WEEK = ("0.48", "0.52", "0.46", "0.54") * 2
REVERTS = {"strategy_type": "mean_reversion", "min_observations": 8, "cooldown_hours": 0}


def reverter(world: World, **changes: Any) -> PortfolioId:
    """Holds YES, bought at 0.40 after a mean of 0.50 with sd 0.0338."""
    portfolio_id = world.portfolio(**{**REVERTS, "max_z": 9, **changes})
    live_through(world, *WEEK, "0.40")
    assert world.state(portfolio_id).open_positions == 1
    return portfolio_id


def test_mean_reversion_buys_low_and_sells_when_it_is_back(world: World) -> None:
    portfolio_id = reverter(world)
    bought = world.row("SELECT action, reason FROM trades")
    assert bought["action"] == "buy_yes"
    assert bought["reason"].startswith("YES is cheap: YES at 0.4 has z -2.96 against the mean 0.5")
    live_through(world, "0.49")
    sale = world.row("SELECT * FROM trading_signals WHERE action = 'sell_yes'")
    held = world.row("SELECT bought_shares FROM portfolio_positions")["bought_shares"]
    assert (sale["executed"], sale["shares"], sale["target_price"]) == (True, held, D("0.485"))
    # 246.91 × 0.485 = 119.75135, rounded down
    assert (held, sale["amount"]) == (D("246.91"), D("119.75"))
    exit_ = world.row("SELECT kind, proceeds, realized_pnl FROM position_exits")
    assert exit_ == {"kind": "sell", "proceeds": D("119.75"), "realized_pnl": D("19.75")}
    assert world.state(portfolio_id).open_positions == 0
    assert world.breaks() == []


SOLD = "SELECT shares, proceeds, evidence, realized_pnl FROM position_exits ORDER BY id"


def test_a_sale_takes_whole_hundredths_of_a_bid(world: World) -> None:
    """A bid for 13.333333 shares once failed the turn whole, every cycle again."""
    portfolio_id = reverter(world)
    bid = Level(D("0.485"), D("13.333333"))
    world.exchange.order_books = {"11": OrderBook((bid,), book("0.48", "0.495").asks)}
    live_through(world, "0.49")
    # 13.33 × 0.485 = 6.46505; of the $100.00 for 246.91 shares, 13.33 take 5.3987…
    expected = {"shares": D("13.33"), "proceeds": D("6.46"), "realized_pnl": D("1.06")}
    assert world.row(SOLD) == expected | {"evidence": "book"}
    assert world.state(portfolio_id).open_positions == 1
    live_through(world, "0.49")
    assert len(world.rows(SOLD)) == 2, "the rest is tried again"
    assert world.breaks() == []


def test_a_sale_walks_the_bids_down_to_its_worst_price(world: World) -> None:
    reverter(world)
    wanted = (("0.485", 40), ("0.47", 50), ("0.465", 20), ("0.464", 500))
    bids = tuple(Level(D(price), D(shares)) for price, shares in wanted)
    world.exchange.order_books = {"11": OrderBook(bids, book("0.48", "0.495").asks)}
    live_through(world, "0.49")
    # 40 × 0.485 + 50 × 0.47 + 20 × 0.465 = 52.20; of the $100.00, 110 shares take 44.5506…
    expected = {"shares": D(110), "proceeds": D("52.20"), "realized_pnl": D("7.65")}
    assert world.row(SOLD) == expected | {"evidence": "book"}
    assert world.breaks() == []


def test_a_sale_without_a_book_takes_one_percent_of_the_liquidity(world: World) -> None:
    reverter(world)
    world.exchange.show(liquidity=D(5000))
    live_through(world, "0.49")
    # $50 buy 103.0927… shares at 0.485; 103.09 × 0.485 = 49.99865; 100 × 103.09 / 246.91 = 41.7520…
    expected = {"shares": D("103.09"), "proceeds": D("49.99"), "realized_pnl": D("8.24")}
    assert world.row(SOLD) == expected | {"evidence": "quote"}
    assert world.breaks() == []


def test_a_strategy_sells_nothing_at_a_quote_that_the_mark_does_not_trust(world: World) -> None:
    """The mark, carried forward, says that the price is back; the bid is a stub."""
    portfolio_id = reverter(world)
    show_price(world, "0.49")
    world.update_prices()
    world.exchange.show(quote=Quote(D("0.01"), D("0.99")))
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 1
    assert world.rows("SELECT 1 FROM trading_signals WHERE action = 'sell_yes'") == []


BUY_NO_TOO = """
INSERT INTO trading_signals (
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, action,
    target_price, amount, confidence, reason, yes_price, no_price, config_version, code_version
)
SELECT
    portfolio_id, cycle_id, strategy_type, timestamp, market_id, market_question, 'buy_no',
    1 - target_price, 100, confidence, reason, yes_price, no_price, config_version, code_version
FROM trading_signals WHERE action = 'sell_yes'
RETURNING 1
"""


def test_what_a_sale_brings_buys_in_the_same_execution(world: World) -> None:
    portfolio_id = reverter(world, balance="100")
    assert world.state(portfolio_id).current_balance < 1
    show_price(world, "0.49")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.signal(cycle_id, portfolio_id)
    world.rows(BUY_NO_TOO)
    world.rows("UPDATE cycle_portfolios SET signals = 2 WHERE cycle_id = %s RETURNING 1", cycle_id)
    executed = world.execute(cycle_id, portfolio_id)
    assert (executed.trades, executed.rejected) == (2, 0)
    assert world.breaks() == []


def test_a_paused_portfolio_still_sells_by_its_strategy(world: World) -> None:
    portfolio_id = reverter(world)
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    live_through(world, "0.41")
    assert world.state(portfolio_id).open_positions == 1
    live_through(world, "0.49")
    assert world.state(portfolio_id).open_positions == 0
    newest = world.rows("SELECT status, funnel FROM cycle_portfolios ORDER BY cycle_id DESC")[0]
    assert newest["status"] == "completed"
    assert newest["funnel"] == {"candidates": 1, "paused": 0, "emitted": 0, "exits": 1}
    live_through(world, "0.40")
    rows = world.rows("SELECT cycle_id FROM cycle_portfolios")
    assert len(rows) == len(WEEK) + 3, "without positions a paused portfolio is not run"
    assert world.breaks() == []


def test_a_paused_portfolio_whose_strategy_never_sells_is_not_run(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    world.clock.pass_time(hours=1)
    assert world.filter(world.open_cycle()).chunks == []


def test_a_strategy_sells_only_what_it_bought(world: World) -> None:
    portfolio_id = reverter(world)
    world.rows("UPDATE trading_signals SET strategy_type = 'momentum' RETURNING 1")
    live_through(world, "0.49")
    assert world.state(portfolio_id).open_positions == 1


def test_what_a_cycle_asks_of_candidates_does_not_keep_a_position(world: World) -> None:
    portfolio_id = reverter(world)
    show_price(world, "0.49")
    world.run_cycle(thresholds={"min_liquidity": 10**9})
    assert world.state(portfolio_id).open_positions == 0


def test_a_pair_of_books_below_a_dollar(world: World) -> None:
    """Bought once in equal shares, held without stops, and sure of its gain when it settles."""
    world.exchange.order_books = {"11": book("0.44", "0.45"), "12": book("0.52", "0.53")}
    show_price(world, "0.455")
    world.exchange.show(fee=FeeSchedule(D("0.01")))
    portfolio_id = world.portfolio(strategy_type="arbitrage", stop_loss_percentage=0.15)
    world.run_cycle()
    positions = world.rows("SELECT * FROM portfolio_positions ORDER BY action")
    assert [row["action"] for row in positions] == ["buy_no", "buy_yes"]
    assert {row["shares"] for row in positions} == {D("101.50")}
    assert {row["group_id"] for row in positions} == {f"1-{portfolio_id}-market-m1"}
    assert {(row["stop_loss_bid"], row["take_profit_bid"]) for row in positions} == {(None, None)}
    invested = world.state(portfolio_id).total_invested
    assert invested == sum(row["amount"] + row["fee"] for row in positions) <= D(100)
    world.clock.pass_time(hours=1)
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 2, "a held market is not bought again"
    world.exchange.show(yes_price=D(0), no_price=D(1), closed=True, resolution_status="resolved")
    world.clock.pass_time(hours=1)
    world.update_prices()
    assert world.state(portfolio_id).current_balance == D(10000) - invested + D("101.50")
    assert world.breaks() == []


def contest(**changes: Any) -> Event:
    """Three candidates, of whom exactly one wins: YES at 0.20, 0.30 and 0.46."""
    asks = {"m1": "0.20", "m2": "0.30", "m3": "0.46"}
    markets = [
        market(
            market_id=MarketId(market_id),
            quote=Quote(D(ask) - D("0.02"), D(ask)),
            yes_price=D(ask),
            no_price=1 - D(ask),
            yes_token_id=None,
            no_token_id=None,
            neg_risk=True,
        )
        for market_id, ask in asks.items()
    ]
    return event(*markets, **{"neg_risk": True, **changes})


def lost(market_id: str, **changes: Any) -> Market:
    """A market of the contest that has closed as NO."""
    values = {"closed": True, "yes_price": D(0), "no_price": D(1), "resolution_status": "resolved"}
    return market(market_id=MarketId(market_id), neg_risk=True, **values | changes)


def test_every_yes_of_a_contest(world: World) -> None:
    world.exchange.events = [contest()]
    portfolio_id = world.portfolio(strategy_type="arbitrage")
    world.run_cycle()
    rows = world.rows("SELECT market_id, shares, amount, group_id FROM trading_signals ORDER BY 1")
    assert [row["market_id"] for row in rows] == ["m1", "m2", "m3"]
    assert {row["shares"] for row in rows} == {D("104.15")}
    assert {row["group_id"] for row in rows} == {f"1-{portfolio_id}-event-e1"}
    assert sum(row["amount"] for row in rows) <= D(100)
    funnel = world.row("SELECT funnel, signals, trades FROM cycle_portfolios")
    assert (funnel["funnel"]["emitted"], funnel["signals"], funnel["trades"]) == (1, 3, 3)


@pytest.mark.parametrize(
    ("changes", "others", "bought"),
    [
        ({"market_count": 4}, [], False),  # a placeholder, or a row that could not be read
        ({"market_count": 4}, [lost("m4")], True),
        ({"market_count": 4}, [lost("m4", resolution_status="disputed")], False),
        ({"market_count": 4}, [lost("m4", yes_price=D(1), no_price=D(0))], False),
        ({"neg_risk_augmented": True}, [], False),
        ({"neg_risk": False}, [], False),
    ],
)
def test_only_a_complete_contest_guarantees_anything(
    world: World, changes: dict[str, Any], others: list[Market], bought: bool
) -> None:
    shown = contest(**changes)
    world.exchange.lists_closed = True
    world.exchange.events = [replace(shown, markets=(*shown.markets, *others))]
    portfolio_id = world.portfolio(strategy_type="arbitrage")
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == (3 if bought else 0)


def test_a_group_that_does_not_fit_is_not_bought_in_part(world: World) -> None:
    world.exchange.events = [contest()]
    portfolio_id = world.portfolio(strategy_type="arbitrage", limits=Limits(None, None, 2))
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 0
    funnel = world.row("SELECT funnel FROM cycle_portfolios")["funnel"]
    assert (funnel["sized"], funnel["emitted"]) == (1, 0)


def test_random_draws_the_same_for_the_same_cycle(world: World) -> None:
    world.portfolio(strategy_type="random")
    world.run_cycle()
    row = world.row("SELECT action, confidence, timestamp FROM trading_signals")
    assert (row["confidence"], row["timestamp"]) == (D("0.75"), NOON)


@pytest.mark.parametrize("strategy_type", registry.STRATEGIES)
def test_every_strategy_runs_a_cycle_and_says_why(world: World, strategy_type: str) -> None:
    world.portfolio(strategy_type=strategy_type)
    world.run_cycle()
    row = world.row("SELECT status, funnel FROM cycle_portfolios")
    assert row["status"] == "completed"
    assert list(row["funnel"]) == [
        "candidates", "outcome_price", "market_types", "liquidity", "volume", "spread",
        "time_to_end", "outcome_proposed", "strategy_rule", "already_held", "cooldown", "sized",
        "emitted", "exits",
    ]  # fmt: skip
