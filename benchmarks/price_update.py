"""A price update of portfolios with 50 positions each: the step, its floor, the seed's way.

The step is given the markets as the client would have read them, so that no HTTP is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import cast

import psycopg

from benchmarks import holdings, row_at_a_time
from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from benchmarks.holdings import Holdings
from local.exchange.simulated import EPOCH
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import GlobalLimits
from prescient.polymarket.counters import Counters, CountersDocument
from prescient.polymarket.pages import MarketPage
from prescient.runtime.login import as_user
from prescient.store import roles, statements
from prescient.store.database import Database
from prescient.usecases import price_update
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.exchange import Exchange

SQL = statements.load(__file__)
POSITIONS, MARKETS = 50, 5_000
MANY = 100  # times as many positions
BOUND = 2.0
_SAMPLE = 2  # portfolios that the seed's way updates; its time is scaled up to all


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are positions; there are a hundred times as many in the line that shows growth."""
    yield from _compare(bench, "price_update", bench.rows, with_seeds_way=True)
    yield from _compare(bench, "price_update.one_portfolio", POSITIONS)
    yield from _compare(bench, "price_update.many", bench.rows * MANY)


def _compare(
    bench: Bench, name: str, positions: int, *, with_seeds_way: bool = False
) -> Iterator[Measurement]:
    wanted = Holdings(max(positions // POSITIONS, 1), POSITIONS, min(MARKETS, positions))
    with bench.database() as filled:
        holdings.fill(filled, wanted, EPOCH)
        with (
            bench.database(copy_of=filled) as own,
            bench.database(copy_of=filled) as least,
            bench.database(copy_of=filled) as seeds,
        ):
            step, floor, seed = Step(own, wanted), _Floor(least, wanted), _Seed(seeds, wanted)
            for contestant in (step, floor):
                contestant.lap()  # the step's first one stores the listings, which stay the same
            contestants = [step.lap, floor.lap, *([seed.lap] if with_seeds_way else [])]
            ours, lowest, *rows = bench.interleaved(*contestants)
            assert _change(own) == _change(least), "the floor does other work than the step"
            step.close()
    yield Measurement(name, ours, lowest, wanted.work, BOUND)
    work = f"the seed's way, {seed.portfolios} portfolios times {seed.times:g}"
    for slow in rows:
        yield Measurement(f"{name}.row_at_a_time", slow, lowest, work)


class _Prices:
    """The markets lap after lap: a cent up, a cent down."""

    def __init__(self, wanted: Holdings) -> None:
        self._shown = [holdings.markets_at(wanted, cents) for cents in (1, 0)]
        self._laps = count()

    def next(self) -> tuple[datetime, tuple[Market, ...]]:
        lap = next(self._laps)
        return EPOCH + timedelta(minutes=5 * (lap + 1)), self._shown[lap % 2]


class Step:
    """The price update as it runs on Lambda, but for the wire to the exchange."""

    def __init__(self, url: str, wanted: Holdings) -> None:
        self._prices = _Prices(wanted)
        self._database = Database(as_user(url, roles.APP))

    def lap(self) -> Lap:
        now, markets = self._prices.next()
        context = StepContext(
            database=self._database,
            connect=lambda: cast(Exchange, _Shown(markets, now)),
            now=lambda: now,
            shared_limits=GlobalLimits(),
            max_quote_age=timedelta(seconds=600),
            max_concurrency=1,
        )
        with Stopwatch() as watch:
            price_update.run(price_update.PriceUpdateRequest(), context)
        return Lap(watch.seconds)

    def close(self) -> None:
        self._database.close()


@dataclass(frozen=True, slots=True)
class _Shown:
    """An exchange that has answered already."""

    markets: tuple[Market, ...]
    at: datetime

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage:
        assert len(ids) == len(self.markets)
        return MarketPage(self.markets, {}, self.at)

    def one_deadline(self) -> AbstractContextManager[None]:
        return nullcontext()

    def take_counters(self) -> CountersDocument:
        return Counters().as_dict()


class _Floor:
    def __init__(self, url: str, wanted: Holdings) -> None:
        self._prices = _Prices(wanted)
        self._url = url

    def lap(self) -> Lap:
        now, markets = self._prices.next()
        values = {"now": now, "markets": len(markets)}
        with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
            ((values["batch_id"],),) = cursor.execute(SQL["add_batch"], values).fetchall()
            rows = "".join(_copied(market, values["batch_id"], now) for market in markets)
            with Stopwatch() as watch:
                with cursor.copy(SQL["copy_snapshots"]) as copy:
                    copy.write(rows)
                cursor.execute(SQL["move_prices"], values)
                cursor.execute(SQL["value_portfolios"], values)
                connection.commit()
        return Lap(watch.seconds)


class _Seed:
    def __init__(self, url: str, wanted: Holdings) -> None:
        row_at_a_time.prepare(url)
        self._url = url
        self.portfolios = min(_SAMPLE, wanted.portfolios)
        self.times = wanted.portfolios / self.portfolios

    def lap(self) -> Lap:
        with Stopwatch() as watch:
            row_at_a_time.update(self._url, self.portfolios, EPOCH)
        return Lap(watch.seconds * self.times)


def _copied(market: Market, batch_id: object, now: datetime) -> str:
    """Return a market in COPY's text format."""
    assert market.quote is not None
    values = (
        batch_id, market.market_id, now.isoformat(), market.yes_price, market.no_price,
        market.quote.bid, market.quote.ask, market.yes_price, "f", market.liquidity, market.volume,
        market.volume_24h, "t", "f",
    )  # fmt: skip
    return "\t".join(map(str, values)) + "\n"


def _change(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(SQL["read_change"]).fetchall()
