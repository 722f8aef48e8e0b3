"""`make run`: five portfolios trade on this machine, and their books are checked at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal

from psycopg.errors import ObjectInUse
from rich.console import Console
from rich.progress import track

from local.aws.function_log import FUNCTION_LOG, functions_log_to
from local.aws.stack import Stack
from local.demo import own_strategies, owners, portfolios
from local.demo.portfolios import CreationRefused
from local.demo.report import activity_tables, funnel_tables, portfolio_tables, terminal
from local.demo.results import Results, tallies
from local.demo.run_file import RUN_FILE, RunSummary, write_run_file
from local.demo.summary import SHOWN, summary
from local.demo.timetable import Choice, Timetable, UnknownExchange, choose
from local.demo.trader import Journal, Trader
from local.exchange.recordings import RecordingUnreadable
from local.exchange.server import exchange_server
from local.postgres import databases
from local.postgres.migrations import prepare
from local.postgres.server import DATABASE, DEFAULT_DIRECTORY, laptop_server
from local.settings import read
from prescient.core.errors import PrescientError

_SETTINGS = ("EXCHANGE", "DAYS", "DATABASE_URL", "DEMO", "STRATEGIES_PATH")
_FEW_MOMENTS = 20
_FAILURES_SHOWN = 5
_LONGEST_LINE = 300


def main() -> int:
    """Run with EXCHANGE, DAYS, DATABASE_URL and DEMO; return 0 when everything went well."""
    console = terminal()
    started = time.monotonic()
    try:
        # A setting that is refused leaves the database of the last run as it is.
        settings = read("run", _SETTINGS)
        choice = choose(settings.get("EXCHANGE", ""), settings.get("DAYS", ""))
        choice = own_strategies.traded(choice, own_strategies.registered_from(settings))
        choice = owners.guarded(choice, settings)
        with _database(settings.get("DATABASE_URL", ""), console) as url:
            return _run(url, choice, console, started)
    except ObjectInUse:
        console.print(f"{DEFAULT_DIRECTORY} is in use: end `make serve` first.", style="red")
    except (UnknownExchange, RecordingUnreadable, CreationRefused, PrescientError) as error:
        console.print(str(error), style="red", markup=False)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    return 2


@contextmanager
def _database(given: str, console: Console) -> Iterator[str]:
    """Open the database of DATABASE_URL as it is, or else an empty one under `.local`."""
    if given:
        console.print("Going on with what the database of DATABASE_URL holds.")
        yield given
        return
    with laptop_server() as server:
        url = server.url(DATABASE)
        databases.drop(url, force=False)
        console.print(f"Starting from an empty database in {DEFAULT_DIRECTORY}.")
        yield databases.create(url)


def _run(url: str, choice: Choice, console: Console, started: float) -> int:
    prepare(url)
    with ExitStack() as resources:
        results = Results(url)
        resources.callback(results.close)
        timetable = choice(results.latest_batch())
        server = (
            resources.enter_context(exchange_server(timetable.venue)) if timetable.venue else None
        )
        resources.enter_context(functions_log_to(FUNCTION_LOG))
        stack = resources.enter_context(
            Stack(url, server.url if server else None, timetable.strategies_path)
        )
        trader = Trader(stack, results)
        _begin(timetable, stack, results, console)
        _trade(timetable, trader, results, console)
        reconciled = _reconcile(stack, console)
        run = _summary(trader.journal, reconciled, started, url)
        _report(run, trader.journal, results, console)
    return 0 if reconciled and not trader.journal.failures else 1


def _begin(timetable: Timetable, stack: Stack, results: Results, console: Console) -> None:
    existing = [portfolio.name for portfolio in results.portfolios()]
    created = portfolios.create_missing(stack.gateway, timetable.portfolios, existing)
    console.print(f"Portfolios: {len(created)} created, {len(existing)} found.")
    cycles, updates = sum(moment.has_cycle for moment in timetable.moments), len(timetable.moments)
    console.print(f"Exchange: {timetable.name}; {cycles} cycles, {updates} price updates to come.")
    for note in timetable.notes:
        console.print(note, markup=False)
    if not timetable.moments:
        console.print("The database has seen all of it: time only moves forward.")


def _trade(timetable: Timetable, trader: Trader, results: Results, console: Console) -> None:
    """Play the moments: a few show their funnels one by one, many a bar and their funnels' sum."""
    if len(timetable.moments) > _FEW_MOMENTS:
        for moment in track(timetable.moments, "Trading", console=console, transient=True):
            trader.play(moment)
        title = "Candidates left, summed over all cycles"
        console.print(*funnel_tables(title, results.portfolios(), tallies(trader.journal.rows)))
        return
    for moment in timetable.moments:
        rows = trader.play(moment)
        title = f"Candidates left, {moment.title}"
        console.print(*funnel_tables(title, results.portfolios(), tallies(rows)))


def _reconcile(stack: Stack, console: Console) -> bool:
    found = stack.invoke("MaintenanceFunction", {})
    for broken in found["breaks"]:
        console.print(
            f"{broken['rule']}: {broken['subject']} has {broken['found']}, "
            f"expected {broken['expected']}",
            style="red",
            markup=False,
        )
    return bool(found["reconciled"])


def _summary(journal: Journal, reconciled: bool, started: float, url: str) -> RunSummary:
    return RunSummary(
        cycles=journal.cycles,
        price_updates=journal.price_updates,
        settled_positions=journal.settled_positions,
        reconciled=reconciled,
        seconds=Decimal(time.monotonic() - started),
        database_url=databases.without_password(url),
    )


def _report(run: RunSummary, journal: Journal, results: Results, console: Console) -> None:
    listed, activity = results.portfolios(), results.activity()
    console.print(*portfolio_tables(listed), *activity_tables(listed, activity))
    if not activity.rejections:
        console.print("No signal was rejected.")
    by_portfolio = tallies(journal.rows)
    for portfolio in listed:
        tally = by_portfolio.get(portfolio.portfolio_id)
        if tally is not None and (reason := tally.why_no_trade()):
            console.print(f"{portfolio.name} did not trade: {_short(reason)}.", markup=False)
    for failure in journal.failures[:_FAILURES_SHOWN]:
        console.print(_short(failure), style="red", markup=False)
    if len(journal.failures) > _FAILURES_SHOWN:
        console.print(f"and {len(journal.failures) - _FAILURES_SHOWN} more failures", style="red")
    write_run_file(RUN_FILE, run, listed, activity)
    books = "the books reconcile" if run.reconciled else "[red]the books do not reconcile[/red]"
    console.print(
        f"{run.cycles} cycles, {run.price_updates} price updates, "
        f"{run.settled_positions} positions settled in {run.seconds:.1f} s; {books}. "
        f"Written to {RUN_FILE}; the functions' log is {FUNCTION_LOG}."
    )
    console.print(*summary(listed, results.trade_counts(), results.extremes(SHOWN)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"


if __name__ == "__main__":
    sys.exit(main())
