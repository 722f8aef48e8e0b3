"""One filter step: `python -m benchmarks.ingest_process DATABASE_URL EXCHANGE_URL HOUR`.

The clock stands at that hour of the simulation. Prints a JSON object: seconds, market rows a
second, peak memory.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.bench import Stopwatch, started
from local.exchange.simulated import EPOCH
from prescient.core.portfolio.portfolios import Limits, NewPortfolio
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings
from prescient.store import portfolios, roles
from prescient.usecases import filter as filter_step
from prescient.usecases.support.context import StepContext

_STATUS = Path("/proc/self/status")


def main() -> None:
    database_url, exchange_url, hour = sys.argv[1:]
    now = EPOCH + timedelta(hours=int(hour))
    settings = Settings(
        database_url=database_url,
        database_user=roles.APP,
        gamma_url=exchange_url,
        clob_url=exchange_url,
    )
    environment = Environment(settings, now=lambda: now)
    _create_portfolio(environment.context, f"Momentum {hour}")
    _ = environment.context.exchange  # its modules are imported before, as those of the floor are
    with started(), Stopwatch() as watch:
        found = filter_step.run(filter_step.FilterRequest(), environment.context)
    environment.close()
    rows = found.markets + found.skipped
    figures = {
        "seconds": watch.seconds,
        "rows_per_second": rows / watch.seconds,
        "peak_megabytes": peak_megabytes(),
    }
    print(json.dumps(figures))


def _create_portfolio(context: StepContext, name: str) -> None:
    """Create a portfolio, because `filter` fetches for portfolios."""
    wanted = NewPortfolio(
        name=name,
        description="",
        strategy_type="momentum",
        initial_balance=Decimal(10_000),
        strategy_config={},
        limits=Limits(None, None, 20),
    )
    with context.database.transaction() as session:
        portfolios.create(session, wanted, EPOCH)


def peak_megabytes() -> float:
    """Return the peak memory of this process in millions of bytes.

    Linux hands on `ru_maxrss` from the parent process, but not `VmHWM`.
    """
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
