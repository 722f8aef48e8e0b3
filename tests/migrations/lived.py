"""An older database that has lived: the habits of the older system, day after day.

It began with 10,000.00, bought for 50 to 80 dollars without a limit on positions, and never
credited the proceeds of a sale. A cycle ran once to three times a day and wrote a history row each
time; the filter listed some of the markets and rewrote those alone; the price updater wrote nothing
but snapshots without conviction. Two clocks ticked: the application's and the database server's.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from tests.migrations.old_database import OldDatabase

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
CAPITAL = Decimal("10000.00")
_CENT, _TICK = Decimal("0.01"), Decimal("0.001")
_UPDATE = timedelta(minutes=5)


@dataclass(slots=True)
class LivedMarket:
    """`price` is that of YES, 0 to 1, as the newest snapshot has it, or the row where none does."""

    market_id: str
    price: Decimal
    ends: datetime

    @property
    def event_id(self) -> str:
        return f"event-{int(self.market_id.removeprefix('5000')) // 4}"


@dataclass(slots=True)
class LivedPosition:
    """A position in dollars and prices of its own outcome, as the old system knew it."""

    trade_id: str
    market: LivedMarket
    action: str
    amount: Decimal
    entry: Decimal
    bought_at: datetime
    exit: Decimal | None = None
    sold_at: datetime | None = None

    @property
    def price(self) -> Decimal:
        return self.market.price if self.action == "buy_yes" else 1 - self.market.price

    @property
    def old_pnl(self) -> Decimal:
        """(price - entry) x dollars, as schema v1 had it."""
        price = self.price if self.exit is None else self.exit
        return ((price - self.entry) * self.amount).quantize(_CENT, ROUND_HALF_EVEN)

    @property
    def shares(self) -> Fraction:
        """Whole hundredths that the amount bought."""
        return Fraction(int(100 * Fraction(self.amount) / Fraction(self.entry)), 100)

    @property
    def proceeds(self) -> Fraction:
        """Dollars that a sale brought by its shares, rounded down to the cent."""
        return Fraction(int(100 * self.shares * Fraction(self.exit or 0)), 100)

    @property
    def corrected_pnl(self) -> Fraction:
        """By its shares: realized where sold, else the value rounded half up, less the cost."""
        if self.exit is not None:
            return self.proceeds - Fraction(self.amount)
        worth = 100 * self.shares * Fraction(self.price)
        return Fraction(int(worth + Fraction(1, 2)), 100) - Fraction(self.amount)


@dataclass(slots=True)
class Life:
    """What an old database lived through, for a test to compare with.

    `application` and `server` are the zones of the two clocks. Each cycle of its `days` wanted
    to buy `purchases` times, and a price update followed; `updates` more, five minutes apart, end
    it.
    """

    days: int = 10
    updates: int = 24
    purchases: int = 7
    application: str = "Europe/Berlin"
    server: str = "UTC"
    seed: int = 2026
    balance: Decimal = CAPITAL
    positions: list[LivedPosition] = field(default_factory=list)
    markets: list[LivedMarket] = field(default_factory=list)

    @property
    def open(self) -> list[LivedPosition]:
        return [position for position in self.positions if position.exit is None]

    @property
    def closed(self) -> list[LivedPosition]:
        return [position for position in self.positions if position.exit is not None]

    @property
    def bought(self) -> Decimal:
        return sum((position.amount for position in self.positions), Decimal("0.00"))

    @property
    def proceeds(self) -> Fraction:
        return sum((position.proceeds for position in self.closed), Fraction(0))

    def lead(self, old: OldDatabase) -> Life:
        """Fill an empty database of schema v1 with this life."""
        with psycopg.connect(old.url) as connection:
            _Owner(self, connection).live()
        return self


class _Owner:
    """Runs the old application, in its way, on its database."""

    def __init__(self, life: Life, connection: psycopg.Connection) -> None:
        self._life = life
        self._connection = connection
        self._random = random.Random(life.seed)
        self._now = START

    def live(self) -> None:
        for day in range(self._life.days):
            for hour in range(8, 8 + self._random.choice((2, 4, 6)), 2):
                self._now = START + timedelta(days=day, hours=hour - 8)
                self._cycle()
        for _ in range(self._life.updates):
            self._now += _UPDATE
            self._update_prices()
        self._sell()
        self._now += _UPDATE
        self._save_state()
        self._archive()
        self._list_again()

    def _cycle(self) -> None:
        self._filter()
        self._buy()
        self._now += timedelta(seconds=20)
        self._update_prices()
        self._save_state()
        self._snapshot()

    def _filter(self) -> None:
        """The exchange lists new markets each time, and about every third of the old."""
        known = len(self._life.markets)
        for number in range(known, known + 8):
            price = Decimal(self._random.randint(60, 940)) / 1000
            ends = self._now + timedelta(days=40 + number % 30)
            self._life.markets.append(LivedMarket(f"5000{number:04}", price, ends))
        listed = self._life.markets[known:] + self._random.sample(
            self._life.markets[:known], known // 3
        )
        for market in listed:
            self._list(market)

    def _list_again(self) -> None:
        """The filter lists three held markets after the last price update."""
        self._now += _UPDATE
        for position in self._life.open[:3]:
            position.market.price = (position.market.price + _TICK) / 2
            self._list(position.market)

    def _list(self, market: LivedMarket) -> None:
        self._write(
            "events", ("event_id", "updated_at"),
            event_id=market.event_id, title=f"Event {market.event_id}", slug=market.event_id,
            liquidity="25000.00", volume="190000.00", volume24hr="1200.00",
            start_date=START.replace(tzinfo=None), end_date=market.ends.replace(tzinfo=None),
            days_until_end=(market.ends - self._now).days, is_filtered=True,
            event_data=json.dumps({"id": market.event_id, "markets": [{"id": market.market_id}]}),
            created_at=self._server(), updated_at=self._server(),
        )  # fmt: skip
        self._write(
            "markets", ("market_id", "updated_at", "yes_price", "no_price", "market_conviction"),
            market_id=market.market_id, question=self._question(market), event_id=market.event_id,
            event_title=f"Event {market.event_id}", event_end_date=market.ends.replace(tzinfo=None),
            liquidity="21000.00", volume="64000.00", volume24hr="800.00", is_filtered=True,
            yes_price=market.price, no_price=1 - market.price,
            market_conviction=abs(2 * market.price - 1),
            market_data=json.dumps({"id": market.market_id, "outcomes": '["Yes", "No"]'}),
            created_at=self._server(), updated_at=self._server(),
        )  # fmt: skip

    def _buy(self) -> None:
        held = {position.market.market_id for position in self._life.positions}
        candidates = [market for market in self._life.markets if market.market_id not in held]
        wanted = min(self._life.purchases, len(candidates))
        for market in self._random.sample(candidates, wanted):
            position = LivedPosition(
                f"trade_{self._application():%Y%m%d_%H%M%S}_{market.market_id}", market,
                self._random.choice(("buy_yes", "buy_no")),
                Decimal(self._random.randint(50, 80)), Decimal(0), self._now,
            )  # fmt: skip
            position.entry = position.price
            executed = position.amount <= self._life.balance
            if executed:
                self._life.balance -= position.amount
                self._life.positions.append(position)
            self._write_purchase(position, executed=executed)

    def _write_purchase(self, position: LivedPosition, *, executed: bool) -> None:
        """A signal, and where there was the money a trade and a position."""
        market = position.market
        of_event = {
            "event_id": market.event_id,
            "event_title": f"Event {market.event_id}",
            "event_end_date": market.ends.replace(tzinfo=None),
        }
        bought = {
            "market_id": market.market_id, "market_question": self._question(market),
            "action": position.action, "amount": position.amount, "created_at": self._server(),
        }  # fmt: skip
        if executed:
            opened = {
                "trade_id": position.trade_id, "entry_price": position.entry, "status": "open",
                "current_pnl": "0.00",
            }  # fmt: skip
            self._write(
                "trades", **bought, **opened, **of_event, timestamp=self._application(),
                confidence="0.8000", reason="High conviction within the band",
            )  # fmt: skip
            self._write(
                "portfolio_positions", **bought, **opened, entry_timestamp=self._application()
            )
        self._write(
            "trading_signals", **bought, **of_event, timestamp=self._application(),
            target_price=position.entry, confidence="0.8000", reason="High conviction",
            yes_price=market.price, no_price=1 - market.price, market_liquidity="21000.00",
            market_volume="64000.00", executed=executed,
            executed_at=self._server() if executed else None,
            trade_id=position.trade_id if executed else None,
        )  # fmt: skip

    def _update_prices(self) -> None:
        """A snapshot of each held market, and the P&L of its position: the market's row stays."""
        held = self._life.open
        for position in held:
            market = position.market
            step = self._random.randint(-12, 12) * _TICK
            market.price = min(max(market.price + step, _TICK), 1 - _TICK)
        columns = (
            "market_id, timestamp, yes_price, no_price, liquidity, volume, volume24hr, created_at"
        )
        with self._connection.cursor().copy(
            f"COPY market_snapshots ({columns}) FROM STDIN"
        ) as rows:
            for position in held:
                market, now = position.market, self._server()
                rows.write_row(
                    (market.market_id, now, market.price, 1 - market.price, "21000.00", "64000.00",
                     "800.00", now)
                )  # fmt: skip
        self._connection.cursor().executemany(
            "UPDATE portfolio_positions SET current_pnl = %s WHERE trade_id = %s",
            [(position.old_pnl, position.trade_id) for position in held],
        )

    def _sell(self) -> None:
        """An API call closes every sixth position: its proceeds go nowhere."""
        for position in self._life.positions[::6]:
            position.exit, position.sold_at = position.price, self._now
            self._connection.execute(
                """
                UPDATE portfolio_positions SET status = 'closed', exit_price = %s,
                    exit_timestamp = %s, realized_pnl = %s WHERE trade_id = %s""",
                (position.exit, self._server(), position.old_pnl, position.trade_id),
            )
            self._connection.execute(
                "UPDATE trades SET status = 'closed', realized_pnl = %s WHERE trade_id = %s",
                (position.old_pnl, position.trade_id),
            )

    def _totals(self) -> dict[str, object]:
        return {
            "balance": self._life.balance,
            "total_invested": self._life.bought,
            "total_profit_loss": sum(
                (position.old_pnl for position in self._life.open), Decimal("0.00")
            ),
            "trade_count": len(self._life.positions),
        }

    def _save_state(self) -> None:
        self._write(
            "portfolio_state",
            ("id", "balance", "total_invested", "total_profit_loss", "trade_count", "last_updated"),
            id=1, **self._totals(), created_at=self._application(START),
            last_updated=self._application(),
        )  # fmt: skip

    def _snapshot(self) -> None:
        totals = self._totals()
        value = self._life.balance + Decimal(str(totals["total_profit_loss"]))
        self._write(
            "portfolio_history", **totals, snapshot_date=self._application().date(),
            timestamp=self._application(), total_value=value,
            open_positions=len(self._life.open), created_at=self._server(),
        )  # fmt: skip
        self._write(
            "portfolio_snapshots", **totals, timestamp=self._server(), created_at=self._server()
        )

    def _archive(self) -> None:
        """Signals of the first three days that bought nothing move into one JSON document."""
        moved = self._connection.execute(
            """
            DELETE FROM trading_signals WHERE NOT executed AND timestamp < %s
            RETURNING to_jsonb(trading_signals)""",
            (self._application(START) + timedelta(days=3),),
        ).fetchall()
        self._write(
            "signal_archives", archived_at=self._server(), archive_month=f"{START:%Y-%m}",
            signals_count=len(moved), signals_data=json.dumps([row for (row,) in moved]),
            created_at=self._server(),
        )  # fmt: skip
        self._write(
            "system_metadata", key="last_signal_archive", value=f"{START:%Y-%m}",
            updated_at=self._server(),
        )  # fmt: skip

    def _question(self, market: LivedMarket) -> str:
        return f"Will it happen in market {market.market_id}?"

    def _application(self, at: datetime | None = None) -> datetime:
        """The local time that Python's clock gives."""
        return (at or self._now).astimezone(ZoneInfo(self._life.application)).replace(tzinfo=None)

    def _server(self) -> datetime:
        """The local time that NOW() gives, some milliseconds later."""
        later = self._now + timedelta(milliseconds=40)
        return later.astimezone(ZoneInfo(self._life.server)).replace(tzinfo=None)

    def _write(self, table: str, replaced: tuple[str, ...] = (), /, **row: object) -> None:
        """Insert a row; where its key (the first of `replaced`) is there, rewrite the others."""
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join([sql.Placeholder()] * len(row)),
        )
        if replaced:
            key, *columns = map(sql.Identifier, replaced)
            query += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
                key,
                sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in columns),
            )
        self._connection.execute(query, list(row.values()))
