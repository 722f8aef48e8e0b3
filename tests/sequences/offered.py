"""What a market offers for one outcome, and bids for it, on the evidence that can be believed."""

from __future__ import annotations

from fractions import Fraction as F

from tests.sequences.exchange import EVIDENCE, Shown
from tests.sequences.reference import Matches, is_believed, is_trusted

HUNDREDTH = F(1, 100)


def evidence(name: str, market: Shown, *, yes: bool) -> str:
    """`book`, `quote` or `mid`: a book that contradicts the listed quote is none."""
    if EVIDENCE[name] != "book":
        return EVIDENCE[name]
    listed = market.bid_of(yes=yes), market.ask_of(yes=yes)
    return "book" if is_believed(_top(market, yes=yes), listed) else "quote"


def asks(name: str, market: Shown, mark: F, *, yes: bool) -> Matches:
    """What can be bought: without a book 1% of the liquidity, without a quote at the mark."""
    seen = evidence(name, market, yes=yes)
    if seen == "book":
        return market.asks(yes=yes)
    at_mark = (mark if yes else 1 - mark) + HUNDREDTH
    price = market.ask_of(yes=yes) if seen == "quote" else at_mark
    return [(price, F(market.liquidity, 100) / price // HUNDREDTH * HUNDREDTH)]


def bid_at_entry(name: str, market: Shown, *, yes: bool) -> F:
    """The bid beside a purchase, 0 where there is none."""
    seen = evidence(name, market, yes=yes)
    if seen == "book":
        return _top(market, yes=yes)[0]
    return F(0) if seen == "mid" else market.bid_of(yes=yes)


def bids(name: str, market: Shown, *, yes: bool, has_book: bool = True) -> Matches:
    """The trusted bids in whole hundredths, at most 1% of the liquidity without a book."""
    seen = evidence(name, market, yes=yes)
    if seen == "mid":
        return []
    if seen == "book" and has_book:
        ask, levels = _top(market, yes=yes)[1], market.bids(yes=yes)
    else:
        bid, ask = market.bid_of(yes=yes), market.ask_of(yes=yes)
        levels = [(bid, F(market.liquidity, 100) / bid)] if bid else []
    whole = [(price, shares // HUNDREDTH * HUNDREDTH) for price, shares in levels]
    return [(price, shares) for price, shares in whole if shares and is_trusted(price, ask)]


def triggers_exits(name: str, market: Shown, *, yes: bool) -> bool:
    """Whether the market has a listed quote with a bid for the outcome that can be trusted."""
    bid = market.bid_of(yes=yes)
    return EVIDENCE[name] != "mid" and bid > 0 and is_trusted(bid, market.ask_of(yes=yes))


def _top(market: Shown, *, yes: bool) -> tuple[F, F]:
    bids_of, asks_of = market.bids(yes=yes), market.asks(yes=yes)
    return (bids_of[0][0] if bids_of else F(0), asks_of[0][0] if asks_of else F(1))
