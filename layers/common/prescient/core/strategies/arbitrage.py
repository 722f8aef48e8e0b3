"""Arbitrage: legs that together pay more than they cost, whatever happens.

Three forms, each with its least payout for one share of every leg:

(a) YES and NO of one market pay 1. Only on two books that were fetched on their own: the listing's
    NO quote mirrors YES and can never show it.
(b) YES of every open market of a complete negRisk event pays 1: exactly one of them wins.
(c) NO of k markets of one negRisk event pays k − 1: at most one of them loses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from prescient.core.market.fees import fee_per_share
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.money import ONE, ZERO, plain
from prescient.core.strategies.candidates import Candidate, EventFacts
from prescient.core.strategies.configuration import Fraction, Positive, StrategyConfiguration
from prescient.core.strategies.protocol import Guarantee, Leg, LegGroup, PortfolioView, Strategy

YEAR = timedelta(days=365)


class ArbitrageConfiguration(StrategyConfiguration):
    """What is left of a payout of about one dollar must be worth the capital and the wait."""

    min_edge: Fraction = Field(
        Decimal("0.005"), description="Dollars a share that payout must exceed cost by."
    )
    min_annual_return: Positive = Field(
        Decimal("0.05"), description="Edge a year as a part of the capital locked until the end."
    )


@dataclass(frozen=True, slots=True)
class _PricedSide:
    """One leg at its best ask; `cost` is dollars a share, fee included."""

    candidate: Candidate
    outcome: Outcome
    cost: Decimal


@dataclass(frozen=True, slots=True)
class _Find:
    """Legs that pay `payout` dollars a share in `years`; `form` says what they are, in words."""

    subject: str
    form: str
    sides: tuple[_PricedSide, ...]
    payout: Decimal
    end: datetime
    years: Decimal

    @property
    def cost(self) -> Decimal:
        return sum((side.cost for side in self.sides), ZERO)

    @property
    def annual_return(self) -> Decimal:
        return (self.payout - self.cost) / self.cost / self.years

    @property
    def market_ids(self) -> frozenset[MarketId]:
        return frozenset(side.candidate.market_id for side in self.sides)


def decide(
    candidates: Sequence[Candidate], view: PortfolioView, configuration: ArbitrageConfiguration
) -> list[LegGroup]:
    """The groups that pay enough, best annual return first; no market is in two of them."""
    found = [
        (find, guarantee)
        for find in _finds(candidates, view.decided_at)
        if (guarantee := _guarantee(find, configuration)).covers(find.cost)
    ]
    found.sort(key=lambda ranked: (-ranked[0].annual_return, ranked[0].subject))
    groups, taken = [], set[MarketId]()
    for find, guarantee in found:
        if taken.isdisjoint(find.market_ids):
            taken |= find.market_ids
            groups.append(_group(find, guarantee))
    return groups


def _finds(candidates: Sequence[Candidate], now: datetime) -> Iterator[_Find]:
    siblings: defaultdict[EventFacts, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        yield from _both_sides(candidate, now)
        if candidate.event is not None and candidate.event.neg_risk and candidate.neg_risk:
            siblings[candidate.event].append(candidate)
    for event, markets in siblings.items():
        yield from _every_yes(event, markets, now)
        yield from _several_no(event, markets, now)


def _both_sides(candidate: Candidate, now: datetime) -> Iterator[_Find]:
    """Form (a)."""
    if all(outcome in candidate.books for outcome in Outcome):
        sides = [_priced_side(candidate, outcome) for outcome in Outcome]
        subject = f"market-{candidate.market_id}"
        yield from _find(subject, "YES and NO of one market", sides, ONE, now)


def _every_yes(event: EventFacts, markets: Sequence[Candidate], now: datetime) -> Iterator[_Find]:
    """Form (b)."""
    shown = frozenset(candidate.market_id for candidate in markets)
    if event.complete and shown == event.open_markets:
        sides = [_priced_side(candidate, Outcome.YES) for candidate in markets]
        form = f"YES of all {len(sides)} open markets of a complete event"
        yield from _find(f"event-{event.event_id}", form, sides, ONE, now)


def _several_no(event: EventFacts, markets: Sequence[Candidate], now: datetime) -> Iterator[_Find]:
    """Form (c): of all choices of k legs the k cheapest leave most, so only these are tried."""
    sides = [_priced_side(candidate, Outcome.NO) for candidate in markets]
    priced = sorted((side for side in sides if side is not None), key=lambda side: side.cost)
    for count in range(2, len(priced) + 1):
        form = f"NO of {count} markets that exclude each other"
        subject = f"event-{event.event_id}"
        yield from _find(subject, form, priced[:count], Decimal(count - 1), now)


def _priced_side(candidate: Candidate, outcome: Outcome) -> _PricedSide | None:
    """None without a visible ask: a price that is only assumed guarantees nothing."""
    offers = candidate.offers_of(outcome)
    ask = offers.best_ask
    if ask is None or offers.evidence is Evidence.MID:
        return None
    return _PricedSide(candidate, outcome, ask + fee_per_share(candidate.fee, ask))


def _find(
    subject: str, form: str, sides: Sequence[_PricedSide | None], payout: Decimal, now: datetime
) -> Iterator[_Find]:
    """One find, or none where a leg lacks a price or an end date."""
    priced = tuple(side for side in sides if side is not None)
    ends = [end for side in priced if (end := _end(side.candidate)) is not None]
    if len(priced) < len(sides) or len(ends) < len(sides) or max(ends) <= now:
        return
    years = Decimal((max(ends) - now) // timedelta(seconds=1)) / Decimal(YEAR.total_seconds())
    if years > 0:
        yield _Find(subject, form, priced, payout, max(ends), years)


def _end(candidate: Candidate) -> datetime | None:
    """Its own end or its event's, whichever is later: only then is the capital free again."""
    if candidate.end_date is None or candidate.event_end_date is None:
        return candidate.end_date
    return max(candidate.end_date, candidate.event_end_date)


def _guarantee(find: _Find, configuration: ArbitrageConfiguration) -> Guarantee:
    return Guarantee(
        payout=find.payout,
        least_edge=configuration.min_edge,
        least_return=configuration.min_annual_return * find.years,
    )


def _group(find: _Find, guarantee: Guarantee) -> LegGroup:
    edge = find.payout - find.cost
    reason = (
        f"{find.form} cost {_short(find.cost)} a share with fees and pay {plain(find.payout)} by "
        f"{find.end:%Y-%m-%d}: an edge of {_short(edge)}, "
        f"{plain(round(find.annual_return * 100, 1))}% a year"
    )
    legs = tuple(Leg(side.candidate, side.outcome) for side in find.sides)
    return LegGroup(find.subject, legs, guarantee, ONE, reason)


def _short(number: Decimal) -> str:
    return plain(round(number, 4))


STRATEGY = Strategy("arbitrage", ArbitrageConfiguration, decide)
