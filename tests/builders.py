"""Domain values with sensible defaults, so that a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

from prescient.core.execution.account import Account, Exposure, SharedExposure
from prescient.core.execution.orders import BuyOrder, SellOrder
from prescient.core.execution.rules import Rules
from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioId, PortfolioStatus
from prescient.core.portfolio.positions import Action, Holding
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.protocol import HeldPosition, PortfolioView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

_MARKET = Market(
    market_id=MarketId("m1"),
    event_id=EventId("e1"),
    question="Will it?",
    outcomes=("Yes", "No"),
    condition_id="0x1",
    yes_token_id="11",
    no_token_id="12",
    yes_price=D("0.775"),
    no_price=D("0.225"),
    quote=Quote(D("0.77"), D("0.78")),
    liquidity=D(20000),
    volume=D(100000),
    volume_24h=D(1000),
    one_day_price_change=D("0.01"),
    tick_size=D("0.01"),
    fee=FeeSchedule(),
    active=True,
    closed=False,
    accepting_orders=True,
    neg_risk=False,
    resolution_status=None,
    end_date=NOON + timedelta(days=30),
)

_EVENT = Event(
    event_id=EventId("e1"),
    title="It",
    slug="it",
    tags=("politics",),
    liquidity=D(50000),
    volume=D(200000),
    volume_24h=D(2000),
    start_date=NOON - timedelta(days=30),
    end_date=NOON + timedelta(days=30),
    neg_risk=False,
    neg_risk_augmented=False,
    active=True,
    closed=False,
    market_count=1,
    markets=(_MARKET,),
)

_CANDIDATE = Candidate(
    market_id=MarketId("m1"),
    event_id=EventId("e1"),
    event_title="It",
    event_end_date=NOON + timedelta(days=30),
    question="Will it?",
    tags=frozenset({"politics"}),
    yes_price=D("0.775"),
    no_price=D("0.225"),
    quote=Quote(D("0.77"), D("0.78")),
    mark=D("0.775"),
    liquidity=D(20000),
    volume=D(100000),
    one_day_price_change=D("0.01"),
    end_date=NOON + timedelta(days=30),
    features={},
)

_VIEW = PortfolioView(
    portfolio_id=PortfolioId(1),
    cycle_id=7,
    decided_at=NOON,
    equity=D(10000),
    cash=D(10000),
    limits=Limits(None, None, 20),
)

_POSITION = HeldPosition(
    market_id=MarketId("m1"),
    event_id=EventId("e1"),
    outcome=Outcome.YES,
    shares=D(100),
    cost_basis=D("78.00"),
    entry_price=D("0.78"),
    strategy_type="momentum",
)

_BUY = BuyOrder(
    signal_id=1,
    market_id=MarketId("m1"),
    event_id=EventId("e1"),
    action=Action.BUY_YES,
    target_price=D("0.50"),
    budget=D(100),
    confidence=D("0.8"),
    liquidity=D(20000),
    available=Offers(Evidence.QUOTE, (Level(D("0.50"), D(10000)),)),
    bid=D("0.49"),
    tick_size=D("0.01"),
    fee=FeeSchedule(),
    open=True,
    quote_age=timedelta(0),
    quote_delay=timedelta(0),
    time_to_end=timedelta(days=30),
)

_HOLDING = Holding(1, 1, MarketId("m1"), Outcome.YES, D(100), D("50.00"))

_SALE = SellOrder(
    signal_id=101,
    holding=_HOLDING,
    shares=D(100),
    target_price=D("0.60"),
    bids=Bids(Evidence.BOOK, (Level(D("0.60"), D(1000)),)),
    fee=FeeSchedule(),
    open=True,
    quote_age=timedelta(0),
    quote_delay=timedelta(0),
)

_EXPOSURE = Exposure(1, MarketId("m1"), EventId("e1"), Outcome.YES, D("50.00"))

_RULES = Rules(
    limits=Limits(None, None, 20),
    position_limit=None,
    max_event_exposure=None,
    stop_loss_percentage=None,
    take_profit_percentage=None,
    max_slippage=D("0.02"),
    shared=GlobalLimits(),
    max_quote_age=timedelta(seconds=600),
    max_fill_delay=timedelta(seconds=900),
)


def market(**changes: Any) -> Market:
    return replace(_MARKET, **changes)


def event(*markets: Market, **changes: Any) -> Event:
    """An event with `markets`, each of which is made to belong to it."""
    wanted = replace(_EVENT, **{"market_count": len(markets) or 1, **changes})
    own = tuple(replace(member, event_id=wanted.event_id) for member in markets or (_MARKET,))
    return replace(wanted, markets=own)


def candidate(**changes: Any) -> Candidate:
    return replace(_CANDIDATE, **changes)


def view(**changes: Any) -> PortfolioView:
    return replace(_VIEW, **changes)


def position(**changes: Any) -> HeldPosition:
    return _POSITION._replace(**changes)


def order(**changes: Any) -> BuyOrder:
    return _BUY._replace(**changes)


def sale(**changes: Any) -> SellOrder:
    return _SALE._replace(**changes)


def holding(**changes: Any) -> Holding:
    return _HOLDING._replace(**changes)


def exposure(**changes: Any) -> Exposure:
    return _EXPOSURE._replace(**changes)


def rules(**changes: Any) -> Rules:
    return _RULES._replace(**changes)


def account(*exposures: Exposure, **changes: Any) -> Account:
    """An account that holds `exposures`, which is all that any portfolio does."""
    by_market: dict[MarketId, D] = {}
    for held in exposures:
        by_market[held.market_id] = by_market.get(held.market_id, D(0)) + held.cost_basis
    shared = SharedExposure(by_market, sum(by_market.values(), D(0)))
    empty = Account(PortfolioStatus.ACTIVE, D(10000), exposures, shared)
    return empty._replace(**changes)
