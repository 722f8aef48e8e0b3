"""`make run`: six portfolios trade on this machine, and their books are checked at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal

from psycopg.errors import ObjectInUse
from rich.console import Console

from local.aws.function_log import FUNCTION_LOG, functions_log_to
from local.aws.stack import Stack
from local.demo import own_strategies, owners, polymarket, portfolios
from local.demo.books import books_reconcile
from local.demo.comparison import compared
from local.demo.console import terminal
from local.demo.database import begun_anew
from local.demo.refusals import REFUSALS
from local.demo.report import activity_tables, funnel_tables, portfolio_tables
from local.demo.results import Results, tallies
from local.demo.run_file import RUN_FILE, RunSummary, write_run_file
from local.demo.summary import SHOWN, summary
from local.demo.timetable import Choice, Timetable, choose
from local.demo.trader import Journal, Trader
from local.exchange.server import exchange_server
from local.heartbeat import Heartbeat, closed_visibly
from local.ownership import owned
from local.postgres import databases
from local.postgres.migrations import prepare
from local.postgres.server import DEFAULT_DIRECTORY
from local.report.writing import reading, write
from local.settings import read, switch
from local.stopping import Stopped, Stopping

_SETTINGS = ("EXCHANGE", "DAYS", "DATABASE_URL", "DEMO", "FRESH", "STRATEGIES_PATH")
_IN_USE = "The database of the last run is in use ({detail}): end psql and what else reads it."
_FEW_MOMENTS = 20
_FAILURES_SHOWN = 5
_LONGEST_LINE = 300


def main(stopping: Stopping | None = None) -> int:
    """Run with EXCHANGE, DAYS, DATABASE_URL, DEMO and FRESH; return 0 when everything went well."""
    console = terminal()
    stopping = stopping or Stopping()
    started = time.monotonic()
    try:
        # A setting that is refused leaves the database of the last run as it is.
        settings = read("run", _SETTINGS)
        fresh = switch(settings, "FRESH", default=False)
        choice = choose(settings.get("EXCHANGE", ""), settings.get("DAYS", ""))
        choice = own_strategies.traded(choice, own_strategies.registered_from(settings))
        choice = owners.guarded(choice, settings)
        polymarket.check_reachable(settings.get("EXCHANGE", ""))
        database = _database(settings.get("DATABASE_URL", ""), stopping, fresh, console)
        with owned("run"), database as url:
            return _run(url, choice, stopping, console, started)
    except Stopped:
        console.print("Stopped.")
        return 130
    except ObjectInUse as error:
        console.print(_IN_USE.format(detail=error.diag.message_detail), style="red", markup=False)
    except REFUSALS as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
    return 2


@contextmanager
def _database(given: str, stopping: Stopping, fresh: bool, console: Console) -> Iterator[str]:
    """Open the database of DATABASE_URL as it is, or else an empty one under `.local`."""
    if given:
        console.print("Going on with what the database of DATABASE_URL holds.")
        yield given
        return
    with begun_anew(stopping, drop_all=fresh) as url:
        console.print(f"Starting from an empty database in {DEFAULT_DIRECTORY}.")
        yield url


def _run(url: str, choice: Choice, stopping: Stopping, console: Console, started: float) -> int:
    stopping.check()
    with Heartbeat("Preparing the database"):
        prepare(url)
    with closed_visibly() as resources:
        results = Results(url)
        resources.callback(results.close)
        timetable = choice(results.latest_batch())
        stack = _stack(url, timetable, resources)
        trader = Trader(stack, results)
        with Heartbeat("Creating portfolios"):
            _begin(timetable, stack, results, console)
        _trade(timetable, trader, results, stopping, console)
        with Heartbeat("Checking the books"):
            reconciled = books_reconcile(stack, console)
        with Heartbeat("Writing the report"):
            found = reading(stack, url)
            page = write(found)
        run = _summary(trader.journal, reconciled, started, url)
        _report(run, trader.journal, results, console)
        console.print(f"The report is {page}: open it in a browser.")
        shown = summary(
            results.portfolios(), results.trade_counts(), results.extremes(SHOWN), compared(found)
        )
        console.print(*shown)
    return 0 if reconciled and not trader.journal.failures else 1


def _stack(url: str, timetable: Timetable, resources: ExitStack) -> Stack:
    server = resources.enter_context(exchange_server(timetable.venue)) if timetable.venue else None
    resources.enter_context(functions_log_to(FUNCTION_LOG))
    with Heartbeat("Starting the functions"):
        exchange_url = server.url if server else None
        return resources.enter_context(Stack(url, exchange_url, timetable.strategies_path))


def _begin(timetable: Timetable, stack: Stack, results: Results, console: Console) -> None:
    existing = {found.name: found.portfolio_id for found in results.portfolios()}
    created = portfolios.create_missing(stack, timetable.portfolios, existing)
    console.print(f"Portfolios: {len(created)} created, {len(existing)} found.")
    cycles, updates = sum(moment.has_cycle for moment in timetable.moments), len(timetable.moments)
    console.print(f"Exchange: {timetable.name}; {cycles} cycles, {updates} price updates to come.")
    for note in timetable.notes:
        console.print(note, markup=False)
    if not timetable.moments:
        console.print("The database has seen all of it: time only moves forward.")


def _trade(
    timetable: Timetable, trader: Trader, results: Results, stopping: Stopping, console: Console
) -> None:
    """Play the moments; show the funnel of each if they are few, otherwise the sum of all."""
    moments = timetable.moments
    if len(moments) > _FEW_MOMENTS:
        with Heartbeat("Trading") as heartbeat:
            for number, moment in enumerate(moments, 1):
                stopping.check()
                heartbeat.show(f"Trading: {moment.title}, {number} of {len(moments)}")
                trader.play(moment)
        title = "Candidates left, summed over all cycles"
        console.print(*funnel_tables(title, results.portfolios(), tallies(trader.journal.rows)))
        return
    for moment in moments:
        stopping.check()
        with Heartbeat(f"Trading: {moment.title}"):
            rows = trader.play(moment)
        title = f"Candidates left, {moment.title}"
        console.print(*funnel_tables(title, results.portfolios(), tallies(rows)))


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


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"


if __name__ == "__main__":
    with Stopping() as until_ctrl_c:
        sys.exit(main(until_ctrl_c))
