"""Books in which most things happened once, and a database as it would be after a statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing as closing_to
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal as D
from typing import LiteralString

import psycopg
from psycopg import sql

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import FeeSchedule
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.database import Database, Session
from prescient.usecases import cash, closing
from tests.builders import market
from tests.world import World

BOOK = OrderBook(
    bids=(Level(D("0.77"), D(50)), Level(D("0.76"), D(1000))),
    asks=(Level(D("0.78"), D(50)), Level(D("0.79"), D(1000))),
)


HIGHER = OrderBook(
    bids=(Level(D("0.89"), D(30)), Level(D("0.88"), D(1000))),
    asks=(Level(D("0.90"), D(50)),),
)


def trade(world: World) -> None:
    """A portfolio buys from a book, takes a profit, buys again and sells a part by hand.

    A second portfolio gets $5 of it. All moments are minutes apart.
    """
    world.portfolio(stop_loss_percentage=0.15, take_profit_percentage=0.1, cooldown_hours=0)
    world.exchange.order_books = {"11": BOOK}
    world.exchange.show(fee=FeeSchedule(D("0.04"), D(1)))
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.update_prices()
    world.exchange.order_books = {"11": HIGHER}
    world.reprice("0.89", "0.90")
    world.clock.pass_time(hours=30)
    start = market()
    world.exchange.order_books = {"11": BOOK}
    world.exchange.show(quote=start.quote, yes_price=start.yes_price, no_price=start.no_price)
    world.run_cycle()
    world.reprice("0.76", "0.77")
    world.clock.pass_time(minutes=5)
    _sell_a_part_and_transfer(world)
    world.reprice("0.75", "0.76")
    assert world.breaks() == []


def _sell_a_part_and_transfer(world: World) -> None:
    other = world.portfolio("other")
    (position,) = world.rows("SELECT id FROM portfolio_positions WHERE status = 'open'")
    now = world.clock.now
    wanted = Transfer(from_id=PortfolioId(1), to_id=other, amount=D(5), key="key", reason=None)
    with world.context.database.transaction() as session:
        closing.close_position(session, PortfolioId(1), position["id"], D(10), world.hand_order())
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, now + timedelta(minutes=3))
    world.clock.pass_time(minutes=6)


class Altered(Database):
    """A database as it would be after a statement, which is never committed."""

    def __init__(self, url: str, statement: LiteralString | sql.Composed) -> None:
        super().__init__(url)
        self._statement = statement

    @contextmanager
    def snapshot(self, *, pipelined: bool = False) -> Iterator[Session]:
        with closing_to(psycopg.connect(self.url)) as session:
            assert session.execute(self._statement).rowcount > 0
            yield session
