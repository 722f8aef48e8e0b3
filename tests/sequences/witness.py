"""Reads what the system did, judges it by what the exchange showed, and tells the second ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction as F
from typing import Any

from tests.builders import NOON
from tests.sequences import offered
from tests.sequences.exchange import EVIDENCE, Shown
from tests.sequences.offered import HUNDREDTH
from tests.sequences.reference import (
    MICRO,
    Book,
    Lot,
    Matches,
    agrees,
    cost,
    mark,
    nearest,
    received,
    stop_loss_bid,
    take_profit_bid,
    total,
    walk,
)

LONG_AGO = datetime.min.replace(tzinfo=UTC)
LONGEST_DELAY = timedelta(minutes=15)
RULES = ("stop_loss", "take_profit")
Rows = Callable[..., list[dict[str, Any]]]
NEW_TRADES = """
SELECT
    trade.id, trade.portfolio_id, trade.market_id, trade.action, trade.shares, trade.evidence,
    trade.group_id, trade.cycle_id, trade.timestamp, trade.quote_delay_seconds,
    signal.target_price, signal.amount, signal.strategy_type,
    position.id AS position_id, position.entry_price, position.stop_loss_bid,
    position.take_profit_bid
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
    left it. `by_hand` is what a user's request that is under way must sell, by position, and the
    rate of its fee.
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
    by_hand: dict[int, tuple[Matches, F]] = field(default_factory=dict)
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
            self._keep_marks(name, market.identity)
            is_other = name in self.latest and self.latest[name].identity != market.identity
            previous = None if is_other else self.marks.get(name)
            self.marks[name] = mark(quote_of(name, market), previous, market.outcome_price)
            self.latest[name] = market

    def is_own(self, lot: Lot) -> bool:
        """Whether the id of the lot's market still stands for what was bought."""
        return self.latest[lot.market].identity == lot.identity

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
        for book in self.books.values():
            for position, lot in book.lots.items():
                if lot.market in names and self.is_own(lot):
                    assert self.latest[lot.market].payout is None, f"{lot} is not settled"
                    is_sold = self.sold.get(position, LONG_AGO) >= self.seen_at[lot.market]
                    assert is_sold or not self._sells(lot), f"{lot} is due"

    def _keep_marks(self, name: str, identity: str) -> None:
        """A price of another market is none of what was bought: that keeps its last mark."""
        for lot in (lot for book in self.books.values() for lot in book.lots.values()):
            if lot.market == name and lot.identity == identity:
                lot.kept = None
            elif lot.market == name and lot.kept is None:
                lot.kept = self.marks[name]

    def _judge_purchase(self, row: Mapping[str, Any]) -> None:
        name, yes, shares = row["market_id"], row["action"] == "buy_yes", F(row["shares"])
        market, target = self.batch[name], F(row["target_price"])
        self._judge_market(row, market)
        levels = offered.asks(name, market, self.marks[name], yes=yes)
        assert row["evidence"] == offered.evidence(name, market, yes=yes)
        assert target == levels[0][0]
        within = [level for level in levels if level[0] <= target + self._slippage(target)]
        matches, rate = walk(within, shares), F(market.rate)
        assert total(taken for _, taken in matches) == shares, "more than was offered"
        paid = cost(matches, rate)
        assert 1 <= paid <= F(row["amount"])
        if row["group_id"] is None:
            more = walk(within, shares + HUNDREDTH)
            is_all = total(taken for _, taken in more) < shares + HUNDREDTH
            assert is_all or cost(more, rate) > F(row["amount"]), "more would have fitted"
            self.census["partial fills"] += is_all
        price = nearest(total(price * taken for price, taken in matches) / shares, MICRO)
        assert price == F(row["entry_price"])
        triggers = self._judge_triggers(row, market, price)
        lot = Lot(name, yes, shares, paid, market.identity, *triggers)
        self.books[row["portfolio_id"]].buy(row["position_id"], lot)
        self.census[f"fill on {row['evidence']}"] += 1
        self.census[f"bought by {row['strategy_type']}"] += 1
        if row["evidence"] != EVIDENCE[name]:
            self.census["fill on a quote that the book contradicts"] += 1

    def _judge_triggers(
        self, row: Mapping[str, Any], market: Shown, price: F
    ) -> tuple[F | None, F | None]:
        """At which bids the position closes; a leg at none. Every sale is held against them."""
        stops, stop, take = self.stops[row["portfolio_id"]], None, None
        if stops.loss is not None and row["group_id"] is None:
            yes = row["action"] == "buy_yes"
            bid = offered.bid_at_entry(row["market_id"], market, yes=yes)
            stop = stop_loss_bid(price, bid, stops.loss)
        if stops.profit is not None and row["group_id"] is None:
            take = take_profit_bid(price, stops.profit, F(market.rate))
        assert (_exact(row["stop_loss_bid"]), _exact(row["take_profit_bid"])) == (stop, take)
        return stop, take

    def _judge_market(self, row: Mapping[str, Any], market: Shown) -> None:
        """Whether the market could be bought at all."""
        name = row["market_id"]
        latest, delay = self.latest[name], row["timestamp"] - self.decided_at
        assert latest.end is None, "bought in a market that was known to be closed"
        assert latest.status is None, "bought in a market whose outcome is proposed"
        assert market.status is None, "bought in a market whose outcome was proposed"
        assert latest.identity == market.identity, "bought what is another market by now"
        assert EVIDENCE[name] == "mid" or agrees(market.quote, market.outcome_price), "no price"
        assert delay <= LONGEST_DELAY, "bought at a quote that was too old"
        assert row["quote_delay_seconds"] == delay.total_seconds()
        left = self.left.get((row["portfolio_id"], name), LONG_AGO)
        cooldown = self.stops[row["portfolio_id"]].cooldown
        assert left <= self.decided_at - cooldown, "bought again too soon after an exit by rule"

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
        book, position = self.books[owner], row["position_id"]
        lot = book.lots[position]
        market = self.batch[lot.market] if kind == "sell" else self.latest[lot.market]
        matches, rate = self._matches(row, lot, market)
        assert total(taken for _, taken in matches) == shares, "the bids took another number"
        self.sold[position] = row["timestamp"]
        self.census[f"exit by {kind}"] += 1
        if row["evidence"] is not None:
            self.census[f"{kind} on {row['evidence']}"] += 1
        self.census["partial exits"] += shares < lot.shares
        book.leave(position, matches, rate)

    def _matches(self, row: Mapping[str, Any], lot: Lot, market: Shown) -> tuple[Matches, F]:
        """What the exit must have sold, at which prices and at which rate of the fee."""
        kind, position = row["kind"], row["position_id"]
        if kind in ("manual", "write_off"):
            return self.by_hand.pop(position)
        assert self.is_own(lot), "left at the price of another market"
        if kind == "settlement":
            assert market.payout is not None, "settled before it paid"
            payout = lot.of_yes(market.payout)
            self.census[f"settled at {payout} ({market.end})"] += 1
            return [(payout, lot.shares)], F(0)
        yes = lot.is_yes
        assert row["evidence"] == offered.evidence(lot.market, market, yes=yes)
        if kind == "sell":
            assert market.identity == lot.identity, "sold at the price of another market"
            return self._sale(lot, market), F(market.rate)
        matches = self._sale_by_rule(lot, kind)
        assert matches, f"{lot} is not due"
        seen_at = self.seen_at[lot.market]
        assert row["timestamp"] == seen_at, "sold in a market that the batch did not see"
        assert self.sold.get(position, LONG_AGO) < seen_at, "took the same bids twice"
        self.left[row["portfolio_id"], lot.market] = row["timestamp"]
        return matches, F(market.rate)

    def _sale(self, lot: Lot, market: Shown) -> Matches:
        """A strategy sells all that the bids take."""
        bids = offered.bids(lot.market, market, yes=lot.is_yes)
        worst = bids[0][0] - self._slippage(bids[0][0])
        return walk([level for level in bids if level[0] >= worst], lot.shares)

    def _sells(self, lot: Lot) -> bool:
        """Whether a stop-loss or take-profit sells some of the lot now."""
        return any(self._sale_by_rule(lot, kind) for kind in RULES)

    def _sale_by_rule(self, lot: Lot, kind: str) -> Matches:
        """What the latest bids take, if the listed one met the trigger; a take-profit no loss."""
        market, yes = self.latest[lot.market], lot.is_yes
        bid, bids = market.bid_of(yes=yes), offered.bids(lot.market, market, yes=yes)
        if market.end is not None or not offered.triggers_exits(lot.market, market, yes=yes):
            return []
        if kind == "stop_loss":
            return walk(bids, lot.shares) if lot.stop is not None and bid <= lot.stop else []
        if lot.take is None or bid < lot.take:
            return []
        matches = walk([level for level in bids if level[0] >= lot.take], lot.shares)
        basis = lot.basis_of(total(taken for _, taken in matches)) if matches else F(0)
        return matches if received(matches, F(market.rate)) >= basis else []

    def _slippage(self, target: F) -> F:
        return min(self.max_slippage, target / 10)


def _exact(stored: Decimal | None) -> F | None:
    return None if stored is None else F(stored)


def quote_of(name: str, market: Shown) -> tuple[F, F] | None:
    """Bid and ask of YES as listed."""
    return None if EVIDENCE[name] == "mid" else market.quote
