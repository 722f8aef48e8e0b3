"""The same buys and valuations by Prescient and by its quickest rival, in turns.

The rival is polymarket-paper-trader, which calls itself pm-trader: one account in one SQLite file.
docs/benchmarks.md says what each of the two does that the other does not. `make bench` installs it
in a virtualenv of its own; where that cannot be, the lines have no floor and say so.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg

from benchmarks import holdings, price_update, reads, waiting
from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from benchmarks.holdings import Holdings
from local.exchange.simulated import EPOCH
from prescient.core.market.listed import Market
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles
from prescient.usecases import execute
from prescient.usecases.support.context import StepContext

VIRTUALENV = Path(".venv-rivals")
RIVAL = "pm-trader 0.4.13"
FILLS_PER_SECOND = 5_000
AHEAD, TWICE_AS_QUICK = 1.0, 0.5  # of the rival's time
MOST_CALLS = 20
_CENT = Decimal("0.01")


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are buys; the valuations are of a twentieth and of five times as many positions."""
    with _shown(max(waiting.MARKETS, bench.rows * 5)) as rival:
        yield from _buys(bench, rival)
        yield from _valuations(bench, rival, max(bench.rows // 20, 1))
        yield from _valuations(bench, rival, bench.rows * 5)


@dataclass(frozen=True, slots=True)
class _Rival:
    """`markets` is a file of what the exchange shows it."""

    markets: Path

    @property
    def is_installed(self) -> bool:
        return (VIRTUALENV / ".ready").exists()

    def seconds(self, task: str, count: int) -> float:
        """Return how long it takes for the task, in a process of its own."""
        program = (VIRTUALENV / "bin/python", "benchmarks/rival_process.py")
        command = [*map(str, program), task, str(self.markets), str(count)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return float(done.stdout)


@contextmanager
def _shown(markets: int) -> Iterator[_Rival]:
    """Show the rival the markets and books on which the portfolios of `waiting` trade."""
    shown = holdings.markets_at(Holdings(1, 1, markets), cents=0)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([_exchange_answers(market) for market in shown], file)
        file.flush()
        yield _Rival(Path(file.name))


def _exchange_answers(market: Market) -> Mapping[str, str]:
    """Return the market's row, YES's book and its middle as the exchange's JSON."""
    assert market.quote is not None
    assert market.fee is not None
    row = {
        "conditionId": market.condition_id,
        "slug": market.market_id,
        "question": market.question,
        "outcomes": json.dumps(["Yes", "No"]),
        "outcomePrices": json.dumps([str(market.yes_price), str(market.no_price)]),
        "clobTokenIds": json.dumps([market.yes_token_id, market.no_token_id]),
        "active": True,
        "closed": False,
        "acceptingOrders": True,
        "orderPriceMinTickSize": 0.01,
        "feeSchedule": {"rate": float(market.fee.rate), "exponent": 1},
    }
    bid, ask = market.quote.bid, market.quote.ask
    book = {
        "bids": [{"price": str(bid - step * _CENT), "size": "500.00"} for step in range(10)],
        "asks": [{"price": str(ask + step * _CENT), "size": "40.00"} for step in range(10)],
    }
    return {
        "slug": market.market_id,
        "token": market.yes_token_id or "",
        "row": json.dumps(row),
        "book": json.dumps(book),
        "midpoint": json.dumps({"mid": str(market.yes_price)}),
    }


def _buys(bench: Bench, rival: _Rival) -> Iterator[Measurement]:
    """The same number of buys each, for portfolios of three sizes and for the rival's account."""
    shapes = {
        "rival.buys": (max(bench.rows // 10, 1), 10),
        "rival.buys_one_portfolio": (1, bench.rows),
        "rival.buys_single": (max(bench.rows // 5, 1), 1),
    }
    contestants = [_executes(bench, *shape) for shape in shapes.values()]
    if rival.is_installed:
        contestants.append(lambda: _with_rate(rival.seconds("buy", bench.rows), bench.rows))
    found = bench.interleaved(*contestants)
    theirs = found[-1] if rival.is_installed else None
    for (name, (portfolios, signals)), ours in zip(shapes.items(), found, strict=False):
        alone = portfolios == 1
        yield Measurement(
            name,
            ours,
            theirs and _for_as_many(theirs, portfolios * signals),
            f"{portfolios:,} × {signals:,} buys of $100, {_against(rival, 'Engine.buy')}",
            TWICE_AS_QUICK if alone else AHEAD,
            least={"fills_per_second": FILLS_PER_SECOND} if alone else {},
        )


def _executes(bench: Bench, portfolios: int, signals: int) -> Callable[[], Lap]:
    """Execute for as many portfolios, after a first call for another one.

    It leaves a connection that knows its tables and keys, as the rival's cache knows its markets.
    """

    def lap() -> Lap:
        with (
            waiting.signals(bench, portfolios + 1, signals) as url,
            closing(psycopg.connect(url, autocommit=True)) as connection,
            waiting.context(url) as context,
        ):
            first, *portfolio_ids = cycles.enrolled(connection, waiting.CYCLE)
            _execute([first], context)
            with Stopwatch() as watch:
                for chunk in waiting.chunks(portfolio_ids):
                    _execute(chunk, context)
            made = "SELECT count(*) FROM trades WHERE cycle_id = %s AND portfolio_id <> %s"
            ((fills,),) = connection.execute(made, [waiting.CYCLE, first]).fetchall()
        return _with_rate(watch.seconds, fills)

    return lap


def _execute(portfolio_ids: Sequence[PortfolioId], context: StepContext) -> None:
    assert execute.run_chunk(waiting.request_of_chunk(portfolio_ids), context).failed == 0


def _valuations(bench: Bench, rival: _Rival, positions: int) -> Iterator[Measurement]:
    """One portfolio: its totals, as the rival's balance has them, and what tells or does more."""
    wanted = Holdings(1, positions, positions)
    with bench.database() as url:
        holdings.fill(url, wanted, EPOCH)
        step = price_update.Step(url, wanted)
        with reads.responding(url) as ask:
            contestants = [
                lambda: _repeated(step.lap, positions),
                lambda: _repeated(lambda: _asked(ask, "/portfolios?limit=1"), positions),
                lambda: _repeated(lambda: _asked(ask, "/portfolios/1"), positions),
                lambda: _repeated(lambda: _asked(ask, "/portfolios/1/positions"), positions),
            ]
            if rival.is_installed:
                contestants.append(lambda: Lap(rival.seconds("value", positions)))
            updated, totals, read, page, *theirs = bench.interleaved(*contestants)
        step.close()
    floor = theirs[0] if theirs else None
    name, against = f"rival.valuation_{positions}", _against(rival, "get_balance")
    lines = {
        name: (totals, f"the totals of {positions:,} positions", AHEAD),
        f"{name}.page": (page, f"a page of {positions:,} positions, each valued", None),
        f"{name}.portfolio": (read, f"a portfolio with {positions:,} positions, each valued", None),
        f"{name}.update": (updated, f"{positions:,} positions revalued and kept", None),
    }
    for line, (lap, work, bound) in lines.items():
        yield Measurement(line, lap, floor, f"{work}, {against}", bound)


def _repeated(lap: Callable[[], Lap], positions: int) -> Lap:
    """Return the median of as many laps as the rival's process takes of this size."""
    calls = max(3, min(MOST_CALLS, 10_000 // positions))
    return Lap(statistics.median(lap().seconds for _ in range(calls)))


def _asked(ask: Callable[[str], None], target: str) -> Lap:
    with Stopwatch() as watch:
        ask(target)
    return Lap(watch.seconds)


def _with_rate(seconds: float, fills: int) -> Lap:
    return Lap(seconds, {"fills_per_second": fills / seconds})


def _for_as_many(lap: Lap, fills: int) -> Lap:
    """Return the time in which the rival makes this number of fills."""
    return Lap(fills / lap.figures["fills_per_second"], lap.figures)


def _against(rival: _Rival, what: str) -> str:
    if rival.is_installed:
        return f"against {what} of {RIVAL}"
    return f"{RIVAL} could not be installed here"
