"""`make serve`: the API over HTTP, with the schedules running, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from rich.console import Console

from local.aws.dispatcher import Invocation
from local.aws.function_log import FUNCTION_LOG, functions_log_to
from local.aws.scheduler import Scheduler
from local.aws.stack import Stack
from local.aws.state_machine import Execution
from local.demo import own_strategies, owners, timetable
from local.demo.report import terminal
from local.demo.results import Results
from local.demo.timetable import UnknownExchange
from local.exchange.recordings import RecordingUnreadable
from local.exchange.server import exchange_server
from local.http_server import HttpServer
from local.postgres import databases
from local.postgres.migrations import prepare
from local.postgres.server import DATABASE, laptop_server
from local.settings import read
from prescient.core.errors import PrescientError

_SETTINGS = ("EXCHANGE", "PORT", "DATABASE_URL", "DEMO", "STRATEGIES_PATH")


def main() -> int:
    """Serve on PORT with EXCHANGE, DATABASE_URL and DEMO; return 0 after Ctrl-C or SIGTERM."""
    console = terminal()
    try:
        with ExitStack() as resources:
            settings = read("serve", _SETTINGS)
            _serve(settings, resources, console)
            _wait_for_the_end()
            console.print("Stopping: what runs is finished first.")
    except (UnknownExchange, RecordingUnreadable, PrescientError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    return 0


def _serve(settings: Mapping[str, str], resources: ExitStack, console: Console) -> None:
    owners.check(settings)
    strategies_path = own_strategies.registered_from(settings)
    url = resources.enter_context(_database(settings.get("DATABASE_URL", "")))
    prepare(url)
    venue = timetable.running(settings.get("EXCHANGE", ""), _latest_batch(url))
    exchange = resources.enter_context(exchange_server(venue)) if venue else None
    resources.enter_context(functions_log_to(FUNCTION_LOG))
    stack = resources.enter_context(Stack(url, exchange.url if exchange else None, strategies_path))
    port = int(settings.get("PORT") or 8000)
    api = resources.enter_context(HttpServer(stack.gateway.respond, port=port))

    def start(target: str, text: str) -> None:
        _run_target(console, target, stack, text)

    scheduler = Scheduler(stack.template.schedules, start, venue.now if venue else _system_time)
    scheduler.open()
    resources.callback(scheduler.close)
    console.print(f"API       {api.url}  (try {api.url}/health)")
    console.print(f"Exchange  {exchange.url if exchange else 'Polymarket itself'}")
    console.print(f"Database  {databases.without_password(url)}", soft_wrap=True)
    console.print(f"Log       {FUNCTION_LOG}")
    for note in own_strategies.notes(strategies_path) if strategies_path else ():
        console.print(note, markup=False)
    console.print("Every caller on this machine has all scopes. Ctrl-C ends it.")


@contextmanager
def _database(given: str) -> Iterator[str]:
    """Open the database of DATABASE_URL, or else that of `make run` with all its rows."""
    if given:
        yield given
        return
    with laptop_server() as server:
        url = server.url(DATABASE)
        yield url if databases.exists(url) else databases.create(url)


def _latest_batch(url: str) -> datetime | None:
    results = Results(url)
    try:
        return results.latest_batch()
    finally:
        results.close()


def _run_target(console: Console, target: str, stack: Stack, text: str) -> None:
    """Start the target of a schedule, and print how it ended."""
    ended = _ending(stack.start(target, text))
    console.print(f"{datetime.now(UTC):%H:%M:%S}  {target}: {ended[:300]}", markup=False)


def _ending(started: Execution | Invocation) -> str:
    if isinstance(started, Execution):
        return started.cause or started.status.lower()
    if started.function_error:
        return f"{started.payload['errorType']}: {started.payload['errorMessage']}"
    return "ok"


def _system_time() -> datetime:
    return datetime.now(UTC)


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    sys.exit(main())
