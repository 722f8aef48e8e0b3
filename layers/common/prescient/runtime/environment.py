"""An execution environment: its settings, its connections, its clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import GlobalLimits
from prescient.runtime.login import login
from prescient.runtime.settings import Settings
from prescient.runtime.step_functions import StepFunctions
from prescient.store.database import Database
from prescient.usecases.support.context import StepContext

if TYPE_CHECKING:
    from prescient.polymarket.client import PolymarketClient
    from prescient.usecases.support.exchange import Exchange


def system_time() -> datetime:
    """Return the time of the machine's clock, UTC."""
    return datetime.now(UTC)


class Environment:
    """The settings and connections that an execution environment keeps between invocations.

    Connections open when first used. `now` replaces the clock that the settings name, `exchange`
    the one that its steps ask.
    """

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], datetime] | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        self.settings = settings
        if settings.strategies_path is not None:
            from prescient.runtime import own_strategies

            own_strategies.register_from(settings.strategies_path, settings.strategy_timeout)
        self._now = now or self._clock_now
        self.context = StepContext(
            database=Database(login(settings), settings.database_statement_timeout),
            connect=lambda: exchange or self._client,
            now=self._now,
            shared_limits=GlobalLimits(settings.max_market_exposure, settings.total_capital),
            total_guard=Guard(settings.total_drawdown_limit, settings.total_drawdown_limit_percent),
            max_quote_age=timedelta(seconds=settings.max_quote_age),
            max_fill_delay=timedelta(seconds=settings.max_fill_delay),
            shared_depth=settings.shared_depth,
            batch_reuse=timedelta(seconds=settings.batch_reuse_seconds),
            max_concurrency=settings.max_concurrency,
            portfolios_per_chunk=settings.portfolios_per_chunk,
            max_books=settings.max_books,
            tape_retention=timedelta(days=settings.tape_retention_days),
            hours_retention=timedelta(days=settings.hours_retention_days),
            record_min_liquidity=settings.record_min_liquidity,
            record_min_volume=settings.record_min_volume,
            risk_free_rate=settings.risk_free_rate,
            executions=StepFunctions(settings.state_machine_arn),
        )

    @cached_property
    def _client(self) -> PolymarketClient:
        # Imported late: most steps ask no exchange, but any may read its clock.
        from prescient.polymarket.client import PolymarketClient
        from prescient.polymarket.rates import DOCUMENTED_LIMITS
        from prescient.polymarket.transport import FetchLimits

        return PolymarketClient(
            self.settings.gamma_url,
            self.settings.clob_url,
            now=self._now,
            limits=FetchLimits(fetch_seconds=self.settings.fetch_seconds),
            # Where time is simulated, calls a second of ours mean nothing.
            rates=DOCUMENTED_LIMITS if self.settings.clock == "system" else (),
        )

    def close(self) -> None:
        """Close the connections; they open again when needed."""
        self.context.database.close()
        if "_client" in vars(self):
            self._client.close()

    def _clock_now(self) -> datetime:
        return system_time() if self.settings.clock == "system" else self._client.time()
