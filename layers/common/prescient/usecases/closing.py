"""Ending positions by hand: at the bids of now where the exchange answers, else at those stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from prescient.core.errors import ExchangeUnavailable, PositionClosed, PositionNotFound
from prescient.core.market.books import OrderBook, Side, believed
from prescient.core.market.markets import MarketId
from prescient.core.portfolio import closing
from prescient.core.portfolio.closing import HandOrder, Liquidation, OpenPosition, Showing
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Exit
from prescient.store import exits, portfolios
from prescient.store.closing import exists, open_positions
from prescient.store.database import Session
from prescient.usecases.support.half_confirmed import half_confirmed

if TYPE_CHECKING:
    from prescient.polymarket.pages import MarketPage
    from prescient.usecases.support.exchange import Exchange
    from prescient.usecases.support.request_context import RequestContext


@dataclass(frozen=True, slots=True)
class Look:
    """The exchange's answer about held markets, by side, and the markets that it does not know.

    Empty where it did not answer.
    """

    shown: Mapping[Side, Showing] = field(default_factory=dict)
    unknown: frozenset[MarketId] = frozenset()


NOTHING_SEEN = Look()


def look(
    context: RequestContext, portfolio_id: PortfolioId, position_id: int | None = None
) -> Look:
    """Ask the exchange for what a portfolio holds, or for one position; within no transaction."""
    with context.database.transaction() as session:
        held = open_positions(session, portfolio_id, position_id)
    if not held:
        return NOTHING_SEEN
    try:
        with context.exchange.one_deadline():
            return _seen(held, context.exchange)
    except ExchangeUnavailable:
        return NOTHING_SEEN


def close_position(
    session: Session,
    portfolio_id: PortfolioId,
    position_id: int,
    shares: Decimal | None,
    order: HandOrder,
    *,
    seen: Look = NOTHING_SEEN,
) -> Exit:
    """Sell `shares` of an open position, all of them where None, as far as they are bid for.

    Raises `PortfolioNotFound`, `PositionNotFound`, `PositionClosed`, and what
    `core.portfolio.closing.close` raises.
    """
    made = closing.close(_locked(session, portfolio_id, position_id, seen), shares, order)
    exits.save(session, [made], None, order.now)
    return made


def write_off(
    session: Session,
    portfolio_id: PortfolioId,
    position_id: int,
    order: HandOrder,
    *,
    seen: Look = NOTHING_SEEN,
) -> Exit:
    """Give up a position that can be neither sold nor settled.

    Raises `PortfolioNotFound`, `PositionNotFound`, `PositionClosed`, and what
    `core.portfolio.closing.write_off` raises.
    """
    made = closing.write_off(_locked(session, portfolio_id, position_id, seen), order)
    exits.save(session, [made], None, order.now)
    return made


def liquidate(
    session: Session, portfolio_id: PortfolioId, order: HandOrder, *, seen: Look, partial: bool
) -> Liquidation:
    """Sell everything that a locked portfolio holds, or nothing; where `partial`, what can be sold.

    Raises `PositionsUnsold` that names each position and what of it cannot be sold.
    """
    held = [_newest(position, seen) for position in open_positions(session, portfolio_id)]
    done = closing.liquidate(held, order, partial=partial)
    exits.save(session, done.sold, None, order.now)
    return done


def _locked(
    session: Session, portfolio_id: PortfolioId, position_id: int, seen: Look
) -> OpenPosition:
    portfolios.lock(session, portfolio_id)
    found = open_positions(session, portfolio_id, position_id)
    if not found:
        if not exists(session, portfolio_id, position_id):
            raise PositionNotFound(portfolio_id, position_id)
        raise PositionClosed(f"position_id: position {position_id} is closed")
    return _newest(found[0], seen)


def _seen(held: Sequence[OpenPosition], exchange: Exchange) -> Look:
    page = exchange.markets_by_id(sorted({position.market_id for position in held}))
    books = _books(held, page, exchange)
    markets = {market.market_id: market for market in page.markets}
    confirmed = half_confirmed(page.markets, exchange)
    shown = {
        (market_id, outcome): closing.showing(
            markets[market_id],
            outcome,
            books.get((market_id, outcome)),
            page.fetched_at,
            half_confirmed=market_id in confirmed,
        )
        for market_id, outcome in _sides(held)
        if market_id in markets
    }
    asked = {position.market_id for position in held}
    # A row that cannot be read says nothing of its market.
    return Look(shown, frozenset(asked - markets.keys() - page.unread.keys()))


def _books(
    held: Sequence[OpenPosition], page: MarketPage, exchange: Exchange
) -> Mapping[Side, OrderBook]:
    """The books that the listed quotes do not contradict; none while the CLOB does not answer."""
    markets = {market.market_id: market for market in page.markets}
    tokens = {
        side: token
        for side in _sides(held)
        if side[0] in markets and (token := markets[side[0]].token_of(side[1])) is not None
    }
    try:
        found = exchange.books(list(tokens.values()))
    except ExchangeUnavailable:
        return {}
    books = {side: found[token] for side, token in tokens.items() if token in found}
    return believed(books, {market.market_id: market.quote for market in page.markets})


def _sides(held: Iterable[OpenPosition]) -> list[Side]:
    return list(dict.fromkeys((position.market_id, position.outcome) for position in held))


def _newest(position: OpenPosition, seen: Look) -> OpenPosition:
    """The position with the newer of what was seen just now and what is stored."""
    stored = position.showing
    shown = seen.shown.get((position.market_id, position.outcome))
    if shown is not None and (stored is None or stored.quoted_at <= shown.quoted_at):
        return replace(position, showing=_completed(shown, stored))
    if stored is not None and position.market_id in seen.unknown:
        return replace(position, showing=replace(stored, tradable=False))
    return position


def _completed(shown: Showing, stored: Showing | None) -> Showing:
    """With the fee that could not be read, and the resolution that only a price update confirms."""
    if stored is None:
        return shown
    return replace(shown, resolved=shown.resolved or stored.resolved, fee=shown.fee or stored.fee)
