"""Markets, configurations and portfolios of every kind, for the properties of strategies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate, EventFacts, Feature
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import HeldPosition, PortfolioView
from tests.builders import NOON, candidate, position, view

STRATEGIES = sorted(registry.STRATEGIES)
OPEN_TO_ALL = {
    "min_liquidity": 0,
    "min_volume": 0,
    "max_spread": 1,
    "min_hours_to_end": 0,
    "max_depth_share": 1,
}

Situation = tuple[str, StrategyConfiguration, list[Candidate], PortfolioView]

cents = st.integers(1, 99).map(lambda number: D(number) / 100)
fees = st.sampled_from(["0", "0.01", "0.04"]).map(lambda rate: FeeSchedule(D(rate)))
sizes = st.sampled_from(["0.01", "3.5", "40", "1000", "25000"]).map(D)


@st.composite
def books(draw: st.DrawFn, around: D) -> OrderBook:
    """Bids below and asks above a price, either side possibly empty."""
    middle = int(around * 100)
    bids = draw(st.lists(st.integers(1, max(middle, 1)), unique=True, max_size=3))
    asks = draw(st.lists(st.integers(min(middle + 1, 99), 99), unique=True, max_size=3))
    return OrderBook(
        tuple(Level(D(price) / 100, draw(sizes)) for price in sorted(bids, reverse=True)),
        tuple(Level(D(price) / 100, draw(sizes)) for price in sorted(asks)),
    )


@st.composite
def markets(draw: st.DrawFn, place: int, event: EventFacts | None) -> Candidate:
    """Any market that the tape could hold, good or bad for any filter."""
    yes, spread = draw(cents), draw(st.sampled_from(["0", "0.01", "0.04", "0.2"]).map(D))
    quote = Quote(max(yes - spread, D(0)), min(yes + spread, D(1)))
    known = draw(st.sets(st.sampled_from(list(Outcome))))
    around = {Outcome.YES: yes, Outcome.NO: 1 - yes}
    mean, deviation = draw(cents), draw(st.sampled_from(["0.005", "0.02", "0.08"]).map(D))
    feature = Feature(draw(cents), mean, deviation, draw(st.sampled_from([30, 20, 19, 1])))
    return candidate(
        market_id=MarketId(f"m{place}"),
        event_id=event.event_id if event else None,
        yes_price=yes,
        no_price=1 - yes,
        mark=yes,
        quote=draw(st.sampled_from([quote, quote, quote, None])),
        books={outcome: draw(books(around[outcome])) for outcome in sorted(known)},
        liquidity=draw(st.sampled_from(["0", "9999.99", "20000", "900000", "5000000"]).map(D)),
        volume=draw(st.sampled_from(["49999", "100000", "200000"]).map(D)),
        tags=draw(st.sampled_from([frozenset(), frozenset({"politics"}), frozenset({"crypto"})])),
        one_day_price_change=draw(st.none() | st.sampled_from(["-0.1", "0.1"]).map(D)),
        end_date=_in_days(draw(st.sampled_from([30, 300, 1, None]))),
        event_end_date=_in_days(draw(st.sampled_from([20, 400, None]))),
        features=draw(st.sampled_from([{24: feature, 168: feature}] * 3 + [{}])),
        fee=draw(fees),
        neg_risk=event is not None and event.neg_risk,
        event=event,
    )


def _in_days(days: int | None) -> datetime | None:
    return None if days is None else NOON + timedelta(days=days)


@st.composite
def pictures(draw: st.DrawFn) -> list[Candidate]:
    """Up to six markets: some alone, some of one event."""
    count, alone = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    ids = frozenset(MarketId(f"m{place}") for place in range(alone, count))
    event = EventFacts(
        event_id=EventId("e1"),
        neg_risk=draw(st.booleans()),
        augmented=draw(st.booleans()),
        markets=len(ids) + draw(st.integers(0, 1)),
        open_markets=ids,
        closed_as_no=draw(st.integers(0, 1)),
    )
    return [draw(markets(place, event if place >= alone else None)) for place in range(count)]


@st.composite
def configurations(draw: st.DrawFn, strategy_type: str) -> StrategyConfiguration:
    values: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "trade_amount": st.sampled_from([5, 100, 5000]),
                "max_position_size": st.sampled_from([50, 1000]),
                "risk_per_trade": st.sampled_from(["0.01", "0.5"]),
                "max_event_exposure": st.sampled_from([70, 2000]),
                "market_types": st.sampled_from([[], ["politics"], ["politics", "crypto"]]),
                "max_depth_share": st.sampled_from(["0.1", "1"]),
                "max_slippage": st.sampled_from(["0", "0.05"]),
                "min_liquidity": st.sampled_from([0, 20000]),
                "min_volume": st.just(0),
                "max_spread": st.just(1),
                "min_hours_to_end": st.sampled_from([0, 48]),
            },
        )
    )
    values |= draw(st.sampled_from([OPEN_TO_ALL, OPEN_TO_ALL, {}]))
    own_keys = OWN_KEYS.get(strategy_type, st.just({}))
    return registry.configuration(strategy_type, values | draw(own_keys))


WIDE_MOMENTUM = {"min_confidence": "0.5", "min_conviction": 0, "max_conviction": 1, "min_drift": -1}
WIDE_REVERSION = {"entry_z": "0.5", "max_z": 100, "min_observations": 2}
OWN_KEYS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "momentum": st.sampled_from([WIDE_MOMENTUM, {}, {**WIDE_MOMENTUM, "kelly_fraction": 1}]),
    "mean_reversion": st.sampled_from([{**WIDE_REVERSION, "exit_z": 0}, {}]),
    "arbitrage": st.sampled_from(["0.0001", "0.005", "0.05"]).map(lambda edge: {"min_edge": edge}),
    "hybrid": st.sampled_from(
        [
            {},
            {
                "min_voters": 1,
                "min_confidence": 0,
                "momentum": WIDE_MOMENTUM,
                "mean_reversion": WIDE_REVERSION,
            },
        ]
    ),
    "random": st.integers(1, 9).map(lambda number: {"entries_per_cycle": number}),
}
"""A strategy without an entry keeps the defaults of its own keys."""


@st.composite
def views(draw: st.DrawFn, shown: Sequence[Candidate], strategy_type: str) -> PortfolioView:
    held = draw(st.sets(st.integers(0, 5), max_size=2))
    return view(
        portfolio_id=PortfolioId(draw(st.integers(1, 50))),
        cash=draw(st.sampled_from(["10000", "2500", "55.55", "0.99", "0"]).map(D)),
        limits=Limits(
            draw(st.none() | st.just(D(60))),
            draw(st.none() | st.just(D(500))),
            draw(st.integers(1, 20)),
        ),
        positions=tuple(
            _held(listed, strategy_type) for place, listed in enumerate(shown) if place in held
        ),
        exited_by_rule=draw(st.sampled_from([{}, {MarketId("m0"): NOON, MarketId("m4"): NOON}])),
    )


def _held(shown: Candidate, strategy_type: str) -> HeldPosition:
    return position(
        market_id=shown.market_id,
        event_id=shown.event_id,
        strategy_type=strategy_type,
        candidate=shown,
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    strategy_type = draw(st.sampled_from(STRATEGIES))
    shown = draw(pictures())
    seen = draw(views(shown, strategy_type))
    return strategy_type, draw(configurations(strategy_type)), shown, seen


@st.composite
def mispriced_events(draw: st.DrawFn) -> Situation:
    """A negRisk event whose quotes or books hold an arbitrage, or nearly one."""
    count = draw(st.integers(2, 5))
    ids = [MarketId(f"m{place}") for place in range(count)]
    hidden = draw(st.sampled_from([0, 0, 0, 1]))
    augmented = draw(st.sampled_from([False, False, True]))
    event = EventFacts(EventId("e1"), True, augmented, count + hidden, frozenset(ids), 0)
    total = draw(st.integers(80, 130))
    weights = [draw(st.integers(1, 20)) for _ in ids]
    fee = draw(fees)
    shown = []
    for market_id, weight in zip(ids, weights, strict=True):
        price = min(max(total * weight // sum(weights), 2), 97)
        both = draw(st.booleans())
        yes = OrderBook(
            (Level(D(price - 1) / 100, draw(sizes)),),
            (Level(D(price) / 100, draw(sizes)), Level(D(price + 1) / 100, draw(sizes))),
        )
        no_ask = D(100 - price + draw(st.integers(-6, 2))) / 100
        assume(0 < no_ask < 1)
        no = OrderBook((Level(D("0.01"), D(5)),), (Level(no_ask, draw(sizes)),))
        shown.append(
            candidate(
                market_id=market_id,
                yes_price=D(price) / 100,
                no_price=D(100 - price) / 100,
                quote=Quote(D(price - 1) / 100, D(price) / 100),
                books={Outcome.YES: yes, Outcome.NO: no} if both else {},
                liquidity=D(900000),
                neg_risk=True,
                event=event,
                fee=fee,
            )
        )
    values = {**OPEN_TO_ALL, "min_edge": draw(st.sampled_from(["0.0001", "0.005", "0.03"]))}
    values |= {"trade_amount": draw(st.sampled_from([10, 100, 2500]))}
    return "arbitrage", registry.configuration("arbitrage", values), shown, view()
