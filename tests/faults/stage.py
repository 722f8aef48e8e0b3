"""A portfolio that holds positions, before an exchange that goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket.client import PolymarketClient
from prescient.polymarket.counters import CountersDocument
from prescient.polymarket.transport import FetchLimits
from tests.faults.faulty_exchange import FaultyExchange
from tests.world import World

LISTING, BOOKS, HELD = PATHS = ("/events/keyset", "/books", "/markets")
PATIENT = FetchLimits()
NEVER_EQUAL = {"id", "batch_id", "timestamp", "fetched_at", "created_at"}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """What one run of a step left behind; `stored` is what it published, but for when."""

    status: str
    counters: CountersDocument
    waits: list[float]
    flagged: int
    stored: Rows

    @property
    def attempts(self) -> str:
        """What was published after how many retries."""
        retries = self.counters["retries"]
        what = {"complete": "published", "failed": "nothing"}[self.status]
        return f"{what}, {retries} {'retry' if retries == 1 else 'retries'}"

    def compared(self, healthy: Seen) -> str:
        """What was published, and what was counted that a healthy exchange gives no reason for."""
        if self.status == "failed":
            return "nothing"
        skipped = Counter(self.counters["skipped"]) - Counter(healthy.counters["skipped"])
        said = [f"`{reason}`" for reason in sorted(skipped)]
        said += ["`duplicates`"] * (self.counters["duplicates"] > healthy.counters["duplicates"])
        said += ["flagged"] * (self.flagged > healthy.flagged)
        what = "as ever" if self.stored == healthy.stored else "in part"
        return ", ".join([what, *said])


class Stage:
    """Runs the step that reads a path, and looks at what is left of it."""

    def __init__(self, world: World, exchange: FaultyExchange) -> None:
        self.world, self.exchange = world, exchange
        world.clock.now = exchange.venue.now()
        world.context = replace(world.context, max_books=12)
        with self.reading(exchange.url):
            world.portfolio(min_confidence=0.6, min_liquidity=5_000, min_volume=10_000)
            world.run_cycle()
        self.healthy = {path: self.run(path) for path in PATHS}

    def run(self, path: str, limits: FetchLimits = PATIENT, url: str = "") -> Seen:
        """Run the step a second later, and let the exchange recover; an error names the path."""
        self.world.clock.pass_time(seconds=1)
        self.world.context.metrics.take()
        before, waits = self.world.everything(), list[float]()
        with self.reading(url or self.exchange.url, limits, waits):
            error, flagged = self._update_prices() if path == HELD else self._filter()
        self.exchange.recover()
        if error:
            assert f" {path}: " in error
            self._is_as(before)
        return self._seen(waits, flagged, error)

    def _update_prices(self) -> tuple[str, int]:
        """The error, empty if there was none, and how many positions were flagged."""
        try:
            return "", self.world.update_prices().flagged
        except ExchangeUnavailable as error:
            return str(error), 0

    def _filter(self) -> tuple[str, int]:
        cycle_id, caught = self.world.open_cycle(), ""
        try:
            self.world.filter(cycle_id)
        except ExchangeUnavailable as error:
            caught = str(error)
        ended = {"error": {"Error": "ExchangeUnavailable", "Cause": caught}} if caught else {}
        self.world.close(cycle_id, **ended)
        return caught, 0

    def _is_as(self, before: dict[str, Rows]) -> None:
        """Nothing is left of a failed fetch but its cycle, its batch and their counters."""
        after, cycles = self.world.everything(), before.pop("trading_cycles")
        assert after.pop("trading_cycles")[: len(cycles)] == cycles
        assert after == before

    def _seen(self, waits: list[float], flagged: int, error: str) -> Seen:
        batch = self.world.row("SELECT * FROM market_batches ORDER BY batch_id DESC LIMIT 1")
        assert batch["error"] == (error or None)
        if batch["kind"] == "filter":
            cycle = self.world.row("SELECT * FROM trading_cycles ORDER BY cycle_id DESC LIMIT 1")
            assert cycle["counters"] == batch["counters"]
            assert cycle["status"] == ("failed" if error else "completed")
        assert self._measured() == {
            ("BatchFailed", None): bool(error),
            ("ExchangeCalls", None): batch["counters"]["calls"],
            ("ExchangeRetries", None): batch["counters"]["retries"],
            ("DuplicateRows", None): batch["counters"]["duplicates"],
            **{("SkippedRows", why): rows for why, rows in batch["counters"]["skipped"].items()},
        }
        stored = self._stored(batch["batch_id"])
        assert not (error and stored)
        return Seen(batch["status"], batch["counters"], waits, flagged, stored)

    def _measured(self) -> dict[tuple[str, str | None], float]:
        """The metrics of the fetch, by name and reason."""
        named = ("BatchFailed", "ExchangeCalls", "ExchangeRetries", "DuplicateRows", "SkippedRows")
        return {
            (metric.name, dict(metric.dimensions).get("reason")): metric.value
            for metric in self.world.context.metrics.take()
            if metric.name in named
        }

    def _stored(self, batch_id: int) -> Rows:
        queries = (
            "SELECT * FROM market_snapshots WHERE batch_id = %s ORDER BY market_id",
            "SELECT * FROM order_books WHERE batch_id = %s ORDER BY market_id, outcome",
        )
        rows = [row for query in queries for row in self.world.rows(query, batch_id)]
        return [{key: row[key] for key in row.keys() - NEVER_EQUAL} for row in rows]

    @contextmanager
    def reading(
        self, url: str, limits: FetchLimits = PATIENT, waits: list[float] | None = None
    ) -> Iterator[None]:
        """The steps have the real client, whose waits are noted instead of slept."""
        sleep = (lambda _: None) if waits is None else waits.append
        client = PolymarketClient(
            url, url, now=self.world.clock, sleep=sleep, random=Random(7), limits=limits
        )
        self.world.context = replace(self.world.context, connect=lambda: client)
        yield
        client.close()
