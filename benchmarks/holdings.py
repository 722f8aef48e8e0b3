"""Databases with portfolios that hold positions, made by SQL at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

import psycopg

from prescient.core.market.listed import Market
from prescient.core.market.markets import FeeSchedule, MarketId, Quote
from prescient.store import statements

SQL = statements.load(__file__)
_STEPS = (
    "add_markets", "add_portfolios", "add_cycle", "add_trades", "add_positions", "add_exposure",
    "set_capital",
)  # fmt: skip
_HALF_SPREAD = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Holdings:
    """The numbers of rows: `positions` are those of each portfolio."""

    portfolios: int
    positions: int
    markets: int

    @property
    def work(self) -> str:
        return (
            f"{self.portfolios:,} portfolios × {self.positions:,} positions, "
            f"{self.markets:,} markets"
        )


def fill(url: str, holdings: Holdings, now: datetime) -> None:
    """Fill a migrated database that has no rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        for step in _STEPS:
            connection.execute(SQL[step], {**asdict(holdings), "now": now})
        connection.execute("VACUUM ANALYZE")


def markets_at(holdings: Holdings, cents: int) -> tuple[Market, ...]:
    """Return the markets as the exchange shows them, all `cents` above where `fill` put them."""
    return tuple(_market(number, cents) for number in range(1, holdings.markets + 1))


def _market(number: int, cents: int) -> Market:
    middle = Decimal(300 + number * 7919 % 400 + 10 * cents).scaleb(-3)
    return Market(
        market_id=MarketId(f"m{number}"),
        event_id=None,
        question=f"Will it happen, number {number}?",
        outcomes=("Yes", "No"),
        condition_id=f"c{number}",
        yes_token_id=f"y{number}",
        no_token_id=f"n{number}",
        yes_price=middle,
        no_price=1 - middle,
        quote=Quote(middle - _HALF_SPREAD, middle + _HALF_SPREAD),
        liquidity=Decimal(20_000),
        volume=Decimal(90_000),
        volume_24h=Decimal(900),
        one_day_price_change=None,
        tick_size=Decimal("0.01"),
        fee=FeeSchedule(Decimal("0.02")),
        active=True,
        closed=False,
        accepting_orders=True,
        neg_risk=False,
        resolution_status=None,
        end_date=datetime.fromisoformat("2027-01-01T00:00:00+00:00"),
    )
