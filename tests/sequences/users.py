"""What users ask for over HTTP, every request with a key; some of the requests come again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from typing import TYPE_CHECKING, Any

from prescient.core.errors import DatabaseUnavailable
from prescient.core.portfolio.portfolios import PortfolioId
from tests.api.client import Answer, Client, request
from tests.sequences import offered
from tests.sequences.exchange import Shown
from tests.sequences.killing import NO_KILLS, Kills
from tests.sequences.reference import Lot, Matches, total, walk

if TYPE_CHECKING:
    from tests.sequences.driven import Driven

MAX_QUOTE_AGE = timedelta(minutes=10)
STORED_BOOK = """
SELECT FROM order_books JOIN market_prices USING (batch_id, market_id)
WHERE market_id = %s AND outcome = %s
"""
STATUS = "SELECT status FROM portfolios WHERE portfolio_id = %s"


@dataclass(frozen=True)
class Manner:
    """How a user asks: `minutes` after what was before, while the `exchange` answers or does not.

    What was done is asked for again, as it was or `repeated` with a difference.
    """

    minutes: int = 0
    exchange: str = "up"
    repeated: str | None = None
    kills: Kills = field(default_factory=dict)


class Users:
    """Sends requests, and tells the witness what they must have done."""

    def __init__(self, driven: Driven) -> None:
        self._driven = driven
        self._client = Client(driven.world)
        self._keys = 0

    def begin(self) -> None:
        """Keys as if none had ever been sent."""
        self._keys = 0

    def close(self) -> None:
        self._client.environment.close()

    # What they hold

    def close_position(
        self, owner: PortfolioId, position: int, shares: D | None, manner: Manner
    ) -> None:
        """Sell some shares of a position, or all of them, as far as they are bid for."""
        lot = self._driven.books[owner].lots[position]
        target = f"/portfolios/{owner}/positions/{position}/close"
        body: dict[str, object] = {"reason": "a whim"}
        if shares is not None:
            body["shares"] = float(shares)
        with self._asking(manner):
            matches = walk(self._bids(lot, manner), lot.shares if shares is None else F(shares))
            self._expect({position: matches}, manner)
            answer = self._once(
                "manual", ("POST", target), body, {**body, "shares": 987654.32}, manner
            )
        assert answer.status == (200 if matches else 409), answer.text
        self._count("close", answer, manner)
        self._driven.witness.look()
        self._driven.guards.see()

    def liquidate(self, owner: PortfolioId, manner: Manner, *, partial: bool) -> None:
        """Sell all that a portfolio holds, or nothing; where `partial`, what is bid for."""
        if not self._is_open(owner):
            return
        lots = dict(self._driven.books[owner].lots)
        body = {"status": "archived", "liquidate": True, "partial": partial}
        with self._asking(manner):
            sold = {
                position: walk(self._bids(lot, manner), lot.shares)
                for position, lot in lots.items()
            }
            is_all = all(_shares(sold[position]) == lot.shares for position, lot in lots.items())
            is_done = is_all or partial
            self._expect(sold if is_done else {}, manner)
            other = {**body, "partial": not partial}
            answer = self._once("liquidate", ("PATCH", f"/portfolios/{owner}"), body, other, manner)
        assert answer.status == (200 if is_done else 409), answer.text
        if is_done:
            assert self._status(owner) == ("archived" if is_all else "paused")
        self._count("liquidate, partial" if partial else "liquidate", answer, manner)
        self._driven.witness.look()
        self._driven.guards.see()

    def write_off(self, owner: PortfolioId, position: int, manner: Manner) -> None:
        """Give a position up that can be neither sold nor settled."""
        lot = self._driven.books[owner].lots[position]
        target = f"/portfolios/{owner}/positions/{position}/write-off"
        body = {"reason": "the oracle will never decide it"}
        with self._asking(manner):
            is_lost = self._is_lost(lot, manner)
            self._driven.witness.by_hand = {}
            if is_lost:
                self._driven.witness.by_hand[position] = [(F(0), lot.shares)], F(0)
            answer = self._once("write off", ("POST", target), body, {"reason": "else"}, manner)
        assert answer.status == (200 if is_lost else 409), answer.text
        self._count("write off", answer, manner)
        self._driven.witness.look()
        self._driven.guards.see()

    # Cash

    def flow(self, kind: str, owner: PortfolioId, cents: int, manner: Manner) -> None:
        """A `deposit` or a `withdraw`."""
        book, sign = self._driven.books[owner], 1 if kind == "deposit" else -1
        # Of an archived portfolio the cash may leave.
        is_done = self._is_open(owner) if kind == "deposit" else book.cash >= F(cents, 100)
        target, (body, other) = f"/portfolios/{owner}/{kind}", _amounts(cents)
        answer = self._once(kind, ("POST", target), body, other, manner)
        assert answer.status == (200 if is_done else 409), answer.text
        if is_done:
            self._flow(owner, F(sign * cents, 100))
        self._count(f"cash: {kind}", answer, manner)

    def transfer(self, giver: PortfolioId, taker: PortfolioId, cents: int, manner: Manner) -> None:
        is_done = self._driven.books[giver].cash >= F(cents, 100) and self._is_open(taker)
        owners = {"from_portfolio_id": giver, "to_portfolio_id": taker}
        body, other = ({**owners, **amount} for amount in _amounts(cents))
        answer = self._once("transfer", ("POST", "/portfolios/transfer"), body, other, manner)
        assert answer.status == (200 if is_done else 409), answer.text
        if is_done:
            self._flow(giver, F(-cents, 100))
            self._flow(taker, F(cents, 100))
        self._count("cash: transfer", answer, manner)

    def _flow(self, owner: PortfolioId, dollars: F) -> None:
        self._driven.books[owner].flow(dollars)
        self._driven.guards.watches[owner].flow(dollars)
        self._driven.guards.nothing_paused()

    # Status

    def set_status(self, owner: PortfolioId, status: str, kills: Kills = NO_KILLS) -> None:
        body, manner = {"status": status}, Manner(kills=kills)
        answer = self._once("status", ("PATCH", f"/portfolios/{owner}"), body, body, manner)
        assert answer.status in (200, 409), answer.text
        self._count(f"status: {status}", answer, manner)

    # What they see

    @contextmanager
    def _asking(self, manner: Manner) -> Iterator[None]:
        world = self._driven.world
        world.clock.pass_time(minutes=manner.minutes)
        self._driven.picture.put_into(world.exchange)
        world.exchange.pages_before_failure = 0 if manner.exchange == "down" else None
        world.exchange.fails = {"books"} if manner.exchange == "without books" else set()
        try:
            yield
        finally:
            world.exchange.pages_before_failure = None
            world.exchange.fails = set()

    def _seen(self, lot: Lot, manner: Manner) -> tuple[Shown, datetime] | None:
        """What is shown of the lot's market and since when; None where the exchange lacks it."""
        witness, picture = self._driven.witness, self._driven.picture
        if manner.exchange == "down":
            return witness.latest[lot.market], witness.seen_at[lot.market]
        if lot.market in picture.gone:
            return None
        return picture.shown[lot.market], self._driven.world.clock.now

    def _bids(self, lot: Lot, manner: Manner) -> Matches:
        """What the lot can be sold to; nothing at a quote that is too old."""
        seen = self._seen(lot, manner)
        if seen is None:
            return []
        market, seen_at = seen
        age = self._driven.world.clock.now - seen_at
        if market.end is not None or market.identity != lot.identity or age > MAX_QUOTE_AGE:
            return []
        has_book = manner.exchange == "up"
        if manner.exchange == "down":
            outcome = "yes" if lot.is_yes else "no"
            has_book = bool(self._driven.rows(STORED_BOOK, lot.market, outcome))
        return offered.bids(lot.market, market, yes=lot.is_yes, has_book=has_book)

    def _is_lost(self, lot: Lot, manner: Manner) -> bool:
        """Whether nothing can be had for the lot any more, as far as can be seen."""
        seen = self._seen(lot, manner)
        if seen is None or seen[0].identity != lot.identity:
            return True
        return seen[0].end is not None and seen[0].payout is None

    # How they ask

    def _expect(self, sold: Mapping[int, Matches], manner: Manner) -> None:
        lots = {at: lot for book in self._driven.books.values() for at, lot in book.lots.items()}
        seen = {position: self._seen(lots[position], manner) for position in sold if sold[position]}
        self._driven.witness.by_hand = {
            position: (sold[position], F(found[0].rate))
            for position, found in seen.items()
            if found is not None
        }

    def _once(
        self, name: str, call: tuple[str, str], body: Any, other: Any, manner: Manner
    ) -> Answer:
        """Ask, again after a kill, and again where the manner says so: it is done once."""
        self._keys += 1
        headers = {"Idempotency-Key": f"user-{self._keys}"}

        def ask(content: Any = body, call: tuple[str, str] = call) -> Answer:
            return self._client.send(request(*call, content, headers=headers))

        answer = self._driven.run(name, lambda: _answered(ask), manner.kills)
        if answer.status == 200 and manner.repeated is not None:
            self._repeat(ask, answer, other, manner.repeated)
        return answer

    def _repeat(self, ask: Callable[..., Answer], first: Answer, other: Any, how: str) -> None:
        if how == "same":
            assert ask().json == first.json
        elif how == "other":
            assert ask(other).status == 409, "a key took another content"
        else:
            again = ask({"amount": 123456.78, "reason": "else"}, ("POST", "/portfolios/1/deposit"))
            assert again.status == 409, "a key was taken on another route"
        self._driven.census[f"repeated: {how}"] += 1

    def _count(self, what: str, answer: Answer, manner: Manner) -> None:
        done = "done" if answer.status == 200 else f"refused, {answer.json['code']}"
        self._driven.census[f"asked: {what}: {done}"] += 1
        if manner.exchange != "up":
            self._driven.census[f"asked while the exchange is {manner.exchange}"] += 1

    def _status(self, owner: PortfolioId) -> str:
        (row,) = self._driven.rows(STATUS, owner)
        return str(row["status"])

    def _is_open(self, owner: PortfolioId) -> bool:
        return self._status(owner) != "archived"


def _answered(ask: Callable[[], Answer]) -> Answer:
    """The answer; 503 is a connection that was lost."""
    answer = ask()
    if answer.status == 503:
        raise DatabaseUnavailable(answer.text)
    return answer


def _amounts(cents: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The body of a flow and another one."""
    because = {"reason": "a whim"}
    return {"amount": cents / 100, **because}, {"amount": (cents + 1) / 100, **because}


def _shares(matches: Matches) -> F:
    return total(shares for _, shares in matches)
