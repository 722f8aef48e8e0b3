"""What the keys of all strategies do."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from prescient.core.execution.turn import take_turn
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome
from prescient.core.portfolio.exits import Triggers, triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.rebalancing import drifted
from prescient.core.portfolio.targets import Member, Targets, weights
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from tests.builders import NOON, account, order, position, rules, view
from tests.opportunities import book
from tests.unit.keys.table import Row, configured, decided, opportunity, shows, spent

# Common filters: with the key the market is left out ----------------------------------------------


def leaves_out(stage: str, **values: Any) -> Row:
    def row(strategy_type: str) -> None:
        (name,) = values
        before, after = decided(strategy_type), decided(strategy_type, **values)
        assert before.signals
        assert (after.signals, after.funnel[stage]) == ((), 0), name

    return row


shows("min_liquidity")(leaves_out("liquidity", min_liquidity=20001))
shows("min_volume")(leaves_out("volume", min_volume=100001))
shows("max_spread")(leaves_out("spread", max_spread="0.0099"))
shows("min_hours_to_end")(leaves_out("time_to_end", min_hours_to_end=721))


@shows("market_types")
def _(strategy_type: str) -> None:
    assert decided(strategy_type, market_types=["politics", "crypto"]).signals
    assert decided(strategy_type, market_types=["crypto"]).funnel["market_types"] == 0


# Confidence ---------------------------------------------------------------------------------------


@shows("min_confidence")
def _(strategy_type: str) -> None:
    """What is less sure is not bought, what is exactly as sure is."""
    sure = min(signal.confidence for signal in decided(strategy_type).signals)
    assert decided(strategy_type, min_confidence=sure).signals
    more = min(sure + D("0.0001"), D(1))
    for signal in decided(strategy_type, min_confidence=more).signals:
        assert signal.confidence >= more


# Sizes --------------------------------------------------------------------------------------------


@shows("trade_amount")
def _(strategy_type: str) -> None:
    """For the legs of an arbitrage, of both together."""
    for amount in (D(40), D(100)):
        assert amount - D("0.10") < spent(decided(strategy_type, trade_amount=amount)) <= amount


@shows("max_position_size")
def _(strategy_type: str) -> None:
    signals = decided(strategy_type, max_position_size=20).signals
    amounts = [signal.amount for signal in signals]
    assert max(amounts) == D(20)


@shows("risk_per_trade")
def _(strategy_type: str) -> None:
    """$10,000 × 0.005 at risk, all of the trade being at risk without a stop."""
    assert D("49.90") < spent(decided(strategy_type, risk_per_trade="0.005")) <= D(50)


@shows("max_depth_share")
def _(strategy_type: str) -> None:
    """A hundred shares a side: a quarter of them, or a tenth."""
    market = opportunity(strategy_type)
    thin = replace(market, books={side: _hundred_shares(market, side) for side in Outcome})
    quarter = spent(decided(strategy_type, [thin]))
    tenth = spent(decided(strategy_type, [thin], max_depth_share="0.1"))
    assert 0 < tenth < quarter < 25
    assert abs(quarter * 4 - tenth * 10) < D("0.5")


def _hundred_shares(market: Candidate, side: Outcome) -> OrderBook:
    quote = market.quote_of(side)
    assert quote is not None
    return book(str(quote.bid), str(quote.ask), shares=100)


@shows("max_slippage")
def _(strategy_type: str) -> None:
    """How much dearer than the target a fill may get, and how deep a book is reached for it."""
    dear = order(available=Offers(Evidence.BOOK, (Level(D("0.53"), D(1000)),)))
    for slippage, rejections in (("0.02", 1), ("0.03", 0)):
        wanted = configured(strategy_type, max_slippage=slippage)
        turn = take_turn([dear], account(), rules(max_slippage=wanted.max_slippage))
        assert len(turn.rejections) == rejections


@shows("max_event_exposure")
def _(strategy_type: str) -> None:
    """$78 of the event are held already."""
    held = view(positions=(position(market_id=MarketId("m9")),))
    assert spent(decided(strategy_type, seen=held, max_event_exposure=500)) > 90
    assert 0 < spent(decided(strategy_type, seen=held, max_event_exposure=88)) <= 10


@shows("kelly_fraction")
def _(strategy_type: str) -> None:
    """It replaces the other sizes, and twice the fraction is twice the stake."""
    some = spent(decided(strategy_type, kelly_fraction="0.01"))
    twice = spent(decided(strategy_type, kelly_fraction="0.02"))
    assert abs(2 * some - twice) < D("0.10")
    assert twice < spent(decided(strategy_type))


# Exits, cooldown, rebalancing ---------------------------------------------------------------------


def closing_at(wanted: StrategyConfiguration) -> Triggers:
    """Where a position bought at 0.50 with the bid at 0.49 closes."""
    stop, take = wanted.stop_loss_percentage, wanted.take_profit_percentage
    return triggers(D("0.50"), D("0.49"), stop, take, tick_size=D("0.01"), fee=FeeSchedule())


@shows("stop_loss_percentage")
def _(strategy_type: str) -> None:
    """The bid at which a position is stopped out, and the size for a given risk."""
    wanted = configured(strategy_type, stop_loss_percentage="0.2")
    assert closing_at(wanted).stop_loss_bid == D("0.39")
    narrow = decided(strategy_type, risk_per_trade="0.001", stop_loss_percentage="0.2")
    assert D("49.90") < spent(narrow) <= D(50)


@shows("take_profit_percentage")
def _(strategy_type: str) -> None:
    wanted = configured(strategy_type, take_profit_percentage="0.25")
    assert closing_at(wanted).take_profit_bid == D("0.625")


@shows("cooldown_hours")
def _(strategy_type: str) -> None:
    stopped = view(exited_by_rule={MarketId("m1"): NOON - timedelta(hours=10)})
    assert not decided(strategy_type, seen=stopped).signals
    assert decided(strategy_type, seen=stopped, cooldown_hours=10).signals


@shows("rebalance_threshold")
def _(strategy_type: str) -> None:
    """12,000 of 20,000 is 0.10 above an equal part."""
    for threshold, expected in (("0.10", []), ("0.09", [1, 2])):
        wanted = configured(strategy_type, rebalance_threshold=threshold).rebalance_threshold
        assert wanted is not None
        above = Member(PortfolioId(1), D(12000), D(12000), wanted)
        below = Member(PortfolioId(2), D(8000), D(8000), wanted)
        pair = [above, below]
        assert drifted(pair, weights(Targets.EQUAL, pair, NOON)) == expected


@shows("rebalance_weight")
def _(strategy_type: str) -> None:
    """15,000 and 5,000 are three parts to one."""
    weight = configured(strategy_type, rebalance_weight=3).rebalance_weight
    pair = [
        Member(PortfolioId(1), D(15000), D(0), D("0.01"), fixed_weight=weight),
        Member(PortfolioId(2), D(5000), D(0), D("0.01")),
    ]
    assert drifted(pair, weights(Targets.EQUAL, pair, NOON)) == [1, 2]
    assert drifted(pair, weights(Targets.FIXED, pair, NOON)) == []
