"""A lap of the rival: `python rival_process.py buy|value MARKETS.json COUNT`, in its virtualenv.

Its own engine, parsing, cache and database; only its HTTP is answered from memory, for which it
pays nothing. Prints the seconds. Imports nothing of Prescient.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pm_trader.engine import Engine  # type: ignore[import-not-found]

BALANCE = 10_000_000.0  # dollars, enough for all buys
AMOUNT = 100.0  # dollars a buy
SQLITE_FULL = 2  # PRAGMA synchronous: each commit waits for the disk
MOST_CALLS = 20
ANSWERED = {"/book": "book", "/midpoint": "midpoint"}


class Answer:
    """An HTTP answer that is here already, as JSON that is still to be parsed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def raise_for_status(self) -> None:
        """Do nothing: every answer is a good one."""

    def json(self) -> object:
        """Parse the answer, as httpx does."""
        return json.loads(self._text)


class Memory:
    """Stands in for httpx's client. Texts are by path and by the one parameter's value."""

    def __init__(self, markets: Sequence[Mapping[str, str]]) -> None:
        self._texts = {("/markets", market["slug"]): f"[{market['row']}]" for market in markets}
        for market in markets:
            for path, key in ANSWERED.items():
                self._texts[path, market["token"]] = market[key]

    def get(self, url: str, params: Mapping[str, str]) -> Answer:
        """Answer with what the exchange would say."""
        (value,) = params.values()
        return Answer(self._texts[url[url.rindex("/") :], value])

    def close(self) -> None:
        """Do nothing: there is no connection."""


def main() -> None:
    """Run one lap."""
    task, path, count = sys.argv[1:]
    markets = json.loads(Path(path).read_text())[: int(count)]
    with tempfile.TemporaryDirectory(prefix="rival-") as directory:
        engine = Engine(Path(directory))
        engine.api._polymarket._http = Memory(markets)  # noqa: SLF001 - there is no other way in
        engine.init_account(BALANCE)
        for market in markets:
            engine.api.get_market(market["slug"])  # is in its cache from now on
        assert engine.db.conn.execute("PRAGMA synchronous").fetchone()[0] == SQLITE_FULL
        assert engine.db.conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        print({"buy": buy, "value": value}[task](engine, markets))
        engine.close()


def buy(engine: Engine, markets: Sequence[Mapping[str, str]]) -> float:
    """Buy in every market; it commits each fill by itself."""
    seconds = _seconds(lambda: [engine.buy(market["slug"], "yes", AMOUNT) for market in markets])
    assert len(engine.db.get_all_trades()) == len(markets)
    return seconds


def value(engine: Engine, markets: Sequence[Mapping[str, str]]) -> float:
    """Hold a position in every market, and ask for the balance; the median call counts."""
    with engine.db.atomic():
        for market in markets:
            engine.db.upsert_position(
                market_condition_id=market["slug"],
                market_slug=market["slug"],
                market_question="",
                outcome="yes",
                shares=100.0,
                avg_entry_price=0.5,
                total_cost=50.0,
            )
    assert engine.get_balance()["positions_value"] > 0
    calls = max(3, min(MOST_CALLS, 10_000 // len(markets)))
    return statistics.median(_seconds(engine.get_balance) for _ in range(calls))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
