"""What an exit can sell into: the bids of one outcome, and on what evidence.

Every exit takes its prices from here: by rule, by a strategy, by hand and by liquidation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.books import Level, OrderBook, beyond, left_of
from prescient.core.market.fills import QUOTE_SHARE_OF_LIQUIDITY, Evidence
from prescient.core.market.markets import Quote
from prescient.core.market.marks import is_trusted
from prescient.core.money import ONE, ZERO, shares_down


class Bids(NamedTuple):
    """What is bid for one outcome, best first, in whole hundredths of a share.

    Empty where there is no bid that the mark would trust.
    """

    evidence: Evidence
    levels: tuple[Level, ...]

    @property
    def best(self) -> Decimal | None:
        """The highest bid, 0–1; None without one."""
        return self.levels[0].price if self.levels else None

    def at_least(self, price: Decimal) -> tuple[Level, ...]:
        """The levels at or above `price`."""
        return tuple(level for level in self.levels if level.price >= price)

    def beyond(self, taken: Decimal) -> Bids:
        """What is left once `taken` shares are gone, the best first."""
        return self._replace(levels=beyond(self.levels, taken))


def bids(quote: Quote | None, liquidity: Decimal) -> Bids:
    """What can be sold of an outcome without its book.

    At the bid, for at most one percent of the market's liquidity (dollars).
    """
    if quote is None or not quote.has_bid:
        return Bids(Evidence.QUOTE, ())
    shares = liquidity * QUOTE_SHARE_OF_LIQUIDITY / quote.bid
    return Bids(Evidence.QUOTE, tuple(_sellable((Level(quote.bid, shares),), quote.ask)))


def bids_from_book(book: OrderBook) -> Bids:
    """What can be sold of an outcome whose book is known: all that the mark would trust."""
    return Bids(Evidence.BOOK, tuple(_sellable(book.bids, book.quote.ask)))


def bids_in_reach(
    wanted: Iterable[Level],
    ask: Decimal,
    shares: Decimal,
    *,
    taken: Decimal = ZERO,
    limit_price: Decimal = ZERO,
) -> Bids:
    """What a sale of `shares` at or above `limit_price` can use of the bids beside this best ask.

    `taken` shares of them are gone. No level is looked at after the one that takes the last of the
    shares, or the first below the limit, which stays: it is the best bid
    where none is in reach.
    """
    levels = []
    for level in left_of(_sellable(wanted, ask), taken):
        levels.append(level)
        shares -= level.shares
        if shares <= ZERO or level.price < limit_price:
            break
    return Bids(Evidence.BOOK, tuple(levels))


def _sellable(levels: Iterable[Level], ask: Decimal) -> Iterator[Level]:
    """The levels that the mark would trust as the best bid beside this ask, without odd parts.

    A stub far below the ask is no price, however many shares are bid for at it. The best come
    first: below one that is not trusted none is.
    """
    for level in levels:
        if not ZERO < level.price < ONE:
            continue
        if not is_trusted(Quote(level.price, ask)):
            return
        if (shares := shares_down(level.shares)) > ZERO:
            yield Level(level.price, shares)
