"""Markets and portfolios of many kinds, always the same, for a strategy to decide on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies.candidates import Candidate, EventFacts, Feature
from prescient.core.strategies.protocol import HeldPosition, PortfolioView

SITUATIONS = 200
_MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LOOKBACKS = (6, 24, 72, 168, 336)
_TAGS = ("politics", "sports", "crypto", "weather")
_MOST_EVENTS, _MOST_MARKETS = 8, 5
_HAS_PAST, _HAS_BOOKS, _HAS_NO_QUOTE = 0.8, 0.7, 0.05
_AUGMENTED, _STILL_LISTED = 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Situation:
    """What a strategy is given in one cycle."""

    candidates: tuple[Candidate, ...]
    view: PortfolioView


def situations(strategy_type: str, count: int = SITUATIONS) -> list[Situation]:
    """The first `count` situations; held positions are ones that `strategy_type` bought."""
    chance = Random(20_260_301)  # noqa: S311 (nothing secret: the same draws every time)
    return [_situation(chance, number, strategy_type) for number in range(1, count + 1)]


def _situation(chance: Random, number: int, strategy_type: str) -> Situation:
    events = chance.randint(0, _MOST_EVENTS)
    shown = [market for place in range(events) for market in _event(chance, place)]
    candidates = tuple(sorted(shown, key=lambda candidate: candidate.market_id))
    return Situation(candidates, _view(chance, number, candidates, strategy_type))


def _event(chance: Random, place: int) -> Iterator[Candidate]:
    """An event of one market, or of several that exclude each other."""
    count = chance.choice((1, 1, chance.randint(2, _MOST_MARKETS)))
    ids = [MarketId(f"{600_000 + 100 * place + number}") for number in range(count)]
    facts = EventFacts(
        event_id=EventId(f"{7_000 + place}"),
        neg_risk=count > 1,
        augmented=chance.random() < _AUGMENTED,
        markets=count,
        open_markets=frozenset(ids),
        closed_as_no=0,
    )
    end = _MOMENT + timedelta(hours=chance.choice((6, 30, 200, 2_000)))
    weights = [chance.randint(1, 20) for _ in ids]
    for market_id, weight in zip(ids, weights, strict=True):
        cents = chance.randint(1, 99) if count == 1 else 100 * weight // sum(weights)
        yield _market(chance, market_id, facts, min(max(cents, 1), 99), end)


def _market(
    chance: Random, market_id: MarketId, event: EventFacts, cents: int, end: datetime
) -> Candidate:
    yes, spread = Decimal(cents) / 100, Decimal(chance.choice((0, 1, 2, 8))) / 100
    quote = Quote(max(yes - spread / 2, Decimal(0)), min(yes + spread / 2, Decimal(1)))
    return Candidate(
        market_id=market_id,
        event_id=event.event_id,
        event_title=f"Event {event.event_id}",
        event_end_date=end,
        question=f"Will {market_id} happen?",
        tags=frozenset(chance.sample(_TAGS, chance.randint(0, 2))),
        yes_price=yes,
        no_price=1 - yes,
        quote=None if chance.random() < _HAS_NO_QUOTE else quote,
        mark=yes,
        liquidity=Decimal(chance.choice((500, 12_000, 90_000, 2_000_000))),
        volume=Decimal(chance.choice((1_000, 60_000, 900_000))),
        one_day_price_change=Decimal(chance.randint(-5, 5)) / 100,
        end_date=end,
        features=_features(chance, cents) if chance.random() < _HAS_PAST else {},
        books=_books(chance, yes, spread) if chance.random() < _HAS_BOOKS else {},
        fee=FeeSchedule(Decimal(chance.choice(("0", "0.01", "0.04")))),
        neg_risk=event.neg_risk,
        event=event,
    )


def _features(chance: Random, cents: int) -> dict[int, Feature]:
    def price(distance: int) -> Decimal:
        return Decimal(min(max(cents + chance.randint(-distance, distance), 1), 99)) / 100

    return {
        hours: Feature(
            reference_price=price(6),
            mean=price(12),
            standard_deviation=Decimal(chance.choice((1, 2, 4))) / 100,
            observations=chance.choice((5, hours)),
        )
        for hours in _LOOKBACKS
    }


def _books(chance: Random, yes: Decimal, spread: Decimal) -> dict[Outcome, OrderBook]:
    found = {}
    for outcome, middle in ((Outcome.YES, yes), (Outcome.NO, 1 - yes)):
        bids = _side(chance, middle - spread / 2, Decimal("-0.01"))
        asks = _side(chance, middle + spread / 2, Decimal("0.01"))
        found[outcome] = OrderBook(bids, asks)
    return found


def _side(chance: Random, best: Decimal, step: Decimal) -> tuple[Level, ...]:
    prices = (best + step * place for place in range(3))
    return tuple(
        Level(price, Decimal(chance.choice((5, 400, 20_000)))) for price in prices if 0 < price < 1
    )


def _view(
    chance: Random, number: int, candidates: Sequence[Candidate], strategy_type: str
) -> PortfolioView:
    """A portfolio that is empty, invested, nearly full, short of cash, or paused."""
    held = chance.sample(candidates, chance.randint(0, min(4, len(candidates))))
    positions = tuple(_position(chance, candidate, strategy_type) for candidate in held)
    left = {candidate.market_id for candidate in candidates} - {seen.market_id for seen in held}
    cooling = chance.sample(sorted(left), min(len(left), chance.randint(0, 2)))
    return PortfolioView(
        portfolio_id=PortfolioId(1 + number % 3),
        cycle_id=number,
        decided_at=_MOMENT,
        equity=Decimal(10_000),
        cash=Decimal(chance.choice((0, 40, 2_500, 10_000))),
        limits=Limits(None, None, len(positions) + chance.choice((0, 1, 20))),
        positions=positions,
        exited_by_rule={market_id: _MOMENT - timedelta(hours=2) for market_id in cooling},
        paused=number % 10 == 0,
    )


def _position(chance: Random, candidate: Candidate, strategy_type: str) -> HeldPosition:
    outcome = chance.choice(tuple(Outcome))
    entry = Decimal(chance.randint(5, 95)) / 100
    return HeldPosition(
        market_id=candidate.market_id,
        event_id=candidate.event_id,
        outcome=outcome,
        shares=Decimal(100),
        cost_basis=100 * entry,
        entry_price=entry,
        strategy_type=strategy_type,
        candidate=candidate if chance.random() < _STILL_LISTED else None,
    )
