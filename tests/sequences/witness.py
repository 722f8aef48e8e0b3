"""Reads what the system did, judges it by what the exchange showed, and tells the second ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction as F
from typing import Any

from tests.builders import NOON
from tests.sequences.exchange import ENDS, EVIDENCE, Shown
from tests.sequences.reference import (
    Book,
    Lot,
    Matches,
    cost,
    is_trusted,
    mark,
    received,
    total,
    walk,
)

HUNDREDTH = F(1, 100)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
TICK = F(1, 100)
MARGINS = {
    "stop_loss": F(2, 1_000_000),  # stored prices and triggers have six decimals
    "take_profit": F(2, 1_000),  # a trigger pays for the fee of a sale below it, a little more
}
Rows = Callable[..., list[dict[str, Any]]]
NEW_TRADES = """
SELECT
    trade.id, trade.portfolio_id, trade.market_id, trade.action, trade.shares, trade.evidence,
    trade.group_id, trade.cycle_id, signal.target_price, signal.amount, signal.strategy_type,
    position.id AS position_id
FROM trades AS trade
JOIN portfolio_positions AS position USING (portfolio_id, trade_id)
JOIN trading_signals AS signal USING (portfolio_id, trade_id)
WHERE trade.id > %s ORDER BY trade.id
"""
NEW_EXITS = "SELECT * FROM position_exits WHERE id > %s ORDER BY id"
LEGS = "SELECT group_id, count(*) AS legs FROM trading_signals WHERE group_id = ANY (%s) GROUP BY 1"


@dataclass(frozen=True)
class Stops:
    """A portfolio's stop-loss and take-profit, parts of the entry price; None where off.

    After an exit by one of them its market is left alone for the `cooldown`.
    """

    loss: F | None
    profit: F | None
    cooldown: timedelta


@dataclass
class Witness:
    """`batch` is what the present cycle decides on, `latest` what each market last showed.

    `left` says when a portfolio last left a market by rule, `sold` when shares of a position last
    left it.
    """

    rows: Rows
    max_slippage: F
    books: dict[int, Book] = field(default_factory=dict)
    stops: dict[int, Stops] = field(default_factory=dict)
    batch: Mapping[str, Shown] = field(default_factory=dict)
    decided_at: datetime = NOON
    latest: dict[str, Shown] = field(default_factory=dict)
    seen_at: dict[str, datetime] = field(default_factory=dict)
    marks: dict[str, F] = field(default_factory=dict)
    left: dict[tuple[int, str], datetime] = field(default_factory=dict)
    sold: dict[int, datetime] = field(default_factory=dict)
    census: Counter[str] = field(default_factory=Counter)
    _trades: int = 0
    _exits: int = 0

    def decide_on(self, shown: Mapping[str, Shown], now: datetime) -> None:
        """What a cycle decides on, and when."""
        self.batch, self.decided_at = dict(shown), now

    def publish(self, shown: Mapping[str, Shown], seen_at: datetime) -> None:
        """A complete batch showed these markets; what is older than what is known says nothing."""
        for name, market in shown.items():
            if seen_at <= self.seen_at.get(name, LONG_AGO):
                continue
            self.seen_at[name] = seen_at
            listed = F(ENDS[market.end][0]) if market.end else F(market.bid + market.ask, 200)
            self.marks[name] = mark(quote_of(name, market), self.marks.get(name), listed)
            self.latest[name] = market

    def look(self) -> None:
        """Tell the ledger of new trades and exits; the money it works out itself."""
        found = self.rows(NEW_TRADES, self._trades)
        for row in found:
            self._trades = row["id"]
            self._judge_purchase(row)
        self._judge_groups(found)
        for row in self.rows(NEW_EXITS, self._exits):
            self._exits = row["id"]
            self._judge_exit(row)

    def nothing_is_due(self, names: Collection[str]) -> None:
        """After an update of these markets: what paid is settled, what crossed a trigger sold.

        What is left of a sale waits for the next update.
        """
        for owner, book in self.books.items():
            for position, lot in book.lots.items():
                if lot.market in names:
                    assert self.latest[lot.market].payout is None, f"{lot} is not settled"
                    is_sold = self.sold.get(position, LONG_AGO) >= self.seen_at[lot.market]
                    assert is_sold or not self._sells(owner, lot), f"{lot} is due"

    def _judge_purchase(self, row: Mapping[str, Any]) -> None:
        name, yes, shares = row["market_id"], row["action"] == "buy_yes", F(row["shares"])
        one, target = self.batch[name], F(row["target_price"])
        levels = self._asks(name, one, yes=yes)
        assert self.latest[name].end is None, "bought in a market that was known to be closed"
        assert row["evidence"] == EVIDENCE[name]
        assert target == levels[0][0]
        within = [level for level in levels if level[0] <= target + self._slippage(target)]
        matches, rate = walk(within, shares), F(one.rate)
        assert total(taken for _, taken in matches) == shares, "more than was offered"
        paid = cost(matches, rate)
        assert 1 <= paid <= F(row["amount"])
        if row["group_id"] is None:
            more = walk(within, shares + HUNDREDTH)
            is_all = total(taken for _, taken in more) < shares + HUNDREDTH
            assert is_all or cost(more, rate) > F(row["amount"]), "more would have fitted"
            self.census["partial fills"] += is_all
        price = total(price * taken for price, taken in matches) / shares
        left = self.left.get((row["portfolio_id"], name), LONG_AGO)
        cooldown = self.stops[row["portfolio_id"]].cooldown
        assert left <= self.decided_at - cooldown, "bought again too soon after an exit by rule"
        bid = self._bid_at_entry(name, one, yes=yes)
        lot = Lot(name, yes, shares, paid, price, bid, row["group_id"])
        self.books[row["portfolio_id"]].buy(row["position_id"], lot)
        self.census[f"fill on {row['evidence']}"] += 1
        self.census[f"bought by {row['strategy_type']}"] += 1

    def _judge_groups(self, trades: list[dict[str, Any]]) -> None:
        """Equal shares of every leg, all or none."""
        bought: defaultdict[str, list[Any]] = defaultdict(list)
        for row in trades:
            if row["group_id"] is not None:
                bought[row["group_id"]].append(row["shares"])
        for row in self.rows(LEGS, list(bought)) if bought else []:
            shares = bought[row["group_id"]]
            assert len(shares) == row["legs"], "a leg is missing"
            assert len(set(shares)) == 1, "legs are unequal"
            self.census[f"groups of {row['legs']} legs"] += 1

    def _judge_exit(self, row: Mapping[str, Any]) -> None:
        owner, kind, shares = row["portfolio_id"], row["kind"], F(row["shares"])
        book = self.books[owner]
        lot = book.lots[row["position_id"]]
        one = self.batch[lot.market] if kind == "sell" else self.latest[lot.market]
        rate = F(one.rate)
        if kind == "settlement":
            assert one.payout is not None, "settled before it paid"
            matches, rate = [(lot.of_yes(one.payout), shares)], F(0)
        elif kind == "sell":
            matches = self._sale(lot, one, shares)
        elif kind == "manual":
            assert one.end is None, "sold in a closed market"
            matches = walk(_sellable(lot, one, by_book=row["evidence"] == "book"), shares)
            assert total(taken for _, taken in matches) == shares, "sold more than was bid for"
            self.census[f"manual on {row['evidence']}"] += 1
        else:
            matches = self._sale_by_rule(owner, lot, kind, -MARGINS[kind])
            assert matches, f"{lot} is not due"
            assert total(taken for _, taken in matches) == shares, "the bids took another number"
            sold = self.sold.get(row["position_id"], LONG_AGO)
            assert sold < self.seen_at[lot.market], "took the same bids twice"
            self.left[owner, lot.market] = row["timestamp"]
            self.census[f"{kind} on {row['evidence']}"] += 1
        self.sold[row["position_id"]] = row["timestamp"]
        self.census[f"exit by {kind}"] += 1
        self.census["partial exits"] += shares < lot.shares
        if kind == "settlement":
            self.census[f"settled at {lot.of_yes(one.payout or F(0))} ({one.end})"] += 1
        book.leave(row["position_id"], matches, rate)

    def _sale(self, lot: Lot, market: Shown, shares: F) -> Matches:
        """A strategy sells all that the bids take."""
        bids = _sellable(lot, market)
        worst = bids[0][0] - self._slippage(bids[0][0])
        within = [level for level in bids if level[0] >= worst]
        assert shares == min(lot.shares, total(offered for _, offered in within))
        return walk(within, shares)

    def _sells(self, owner: int, lot: Lot) -> bool:
        """Whether a stop-loss or take-profit clearly sells some of the lot now."""
        return any(self._sale_by_rule(owner, lot, kind, MARGINS[kind]) for kind in MARGINS)

    def _sale_by_rule(self, owner: int, lot: Lot, kind: str, margin: F) -> Matches:
        """What the latest bids take, if the listed one crossed the trigger by more than `margin`.

        A leg has no trigger, and a take-profit no loss.
        """
        one, stops = self.latest[lot.market], self.stops[owner]
        bid, rate, bids = one.bid_of(yes=lot.is_yes), F(one.rate), _sellable(lot, one)
        if one.end is not None or lot.group or not _is_listed_as_trusted(lot, one):
            return []
        if kind == "stop_loss":
            fall = lot.bid_at_entry - bid
            is_due = stops.loss is not None and fall >= stops.loss * lot.price + margin
            return walk(bids, lot.shares) if is_due else []
        if stops.profit is None or not _pays(bid, lot, stops.profit, rate, margin):
            return []
        paying = [level for level in bids if _pays(level[0], lot, stops.profit, rate, margin)]
        matches = walk(paying, lot.shares)
        basis = lot.basis_of(total(taken for _, taken in matches)) if matches else F(0)
        return matches if received(matches, rate) >= basis else []

    def _asks(self, name: str, market: Shown, *, yes: bool) -> Matches:
        if EVIDENCE[name] == "book":
            return market.asks(yes=yes)
        if EVIDENCE[name] == "quote":
            price = F(market.ask if yes else 100 - market.bid, 100)
        else:
            price = (self.marks[name] if yes else 1 - self.marks[name]) + HUNDREDTH
        hundredths = F(market.liquidity, 100) / price // HUNDREDTH
        return [(price, hundredths * HUNDREDTH)]

    def _bid_at_entry(self, name: str, market: Shown, *, yes: bool) -> F:
        if EVIDENCE[name] != "book":
            return F(0) if EVIDENCE[name] == "mid" else market.bid_of(yes=yes)
        bids = market.bids(yes=yes)
        return bids[0][0] if bids else F(0)

    def _slippage(self, target: F) -> F:
        return min(self.max_slippage, target / 10)


def _is_listed_as_trusted(lot: Lot, market: Shown) -> bool:
    """Whether the market has a listed quote with a bid for the lot that the mark would trust."""
    bid = market.bid_of(yes=lot.is_yes)
    ask = 1 - market.bid_of(yes=not lot.is_yes)
    return EVIDENCE[lot.market] != "mid" and bid > 0 and is_trusted(bid, ask)


def _sellable(lot: Lot, market: Shown, *, by_book: bool = True) -> Matches:
    """The trusted bids for the lot, in whole hundredths; without a book 1% of the liquidity."""
    if by_book and EVIDENCE[lot.market] == "book":
        asks, bids = market.asks(yes=lot.is_yes), market.bids(yes=lot.is_yes)
        ask = asks[0][0] if asks else F(1)
    elif _is_listed_as_trusted(lot, market):
        bid, ask = market.bid_of(yes=lot.is_yes), 1 - market.bid_of(yes=not lot.is_yes)
        bids = [(bid, F(market.liquidity, 100) / bid)]
    else:
        return []
    whole = [(price, shares // HUNDREDTH * HUNDREDTH) for price, shares in bids]
    return [(price, shares) for price, shares in whole if shares and is_trusted(price, ask)]


def _pays(bid: F, lot: Lot, profit: F, rate: F, margin: F) -> bool:
    """Whether a sale at `bid` reaches the take-profit, and pays for a tick and both fees."""
    fees = rate * (bid * (1 - bid) + lot.price * (1 - lot.price))
    least = max(min(lot.price * (1 + profit), F(99, 100)), lot.price + TICK + fees)
    return bid >= least + margin


def quote_of(name: str, market: Shown) -> tuple[F, F] | None:
    """Bid and ask of YES as listed."""
    return None if EVIDENCE[name] == "mid" else (F(market.bid, 100), F(market.ask, 100))
