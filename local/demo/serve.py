"""`make serve`: the API over HTTP, with the schedules running, until Ctrl-C."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket

from rich.console import Console

from cli import profiles
from cli.access import OF_THE_CHECKOUT
from local.aws import token
from local.aws.dispatcher import Invocation
from local.aws.function_log import FUNCTION_LOG, functions_log_to
from local.aws.scheduler import Scheduler
from local.aws.stack import Stack
from local.aws.state_machine import Execution
from local.demo import own_strategies, owners, polymarket, ports, timetable
from local.demo.console import terminal
from local.demo.database import continued
from local.demo.page import PATH, with_page
from local.demo.refusals import exit_status
from local.demo.results import latest_batch
from local.demo.timetable import Choice, choose
from local.exchange.server import exchange_server
from local.heartbeat import Heartbeat, closed_visibly
from local.http_server import HttpServer
from local.ownership import owned
from local.postgres import databases
from local.postgres.migrations import prepare
from local.settings import read
from local.stopping import Stopping

_SETTINGS = ("EXCHANGE", "PORT", "DATABASE_URL", "DEMO", "STRATEGIES_PATH")
_OWN_LIFETIME = timedelta(days=30)
_CALL = (
    "Call it   curl --oauth2-bearer $(make -s token SCOPE=read) {url}/paper-trading/portfolio\n"
    "          (the token above has all scopes; make token SCOPE=read|trade|admin prints others)\n"
    "Or        .venv/bin/prescient doctor"
)


def main(stopping: Stopping | None = None) -> int:
    """Serve on PORT with EXCHANGE, DATABASE_URL and DEMO; return 0 when `stopping` wants an end."""
    console = terminal()
    wanted_end = stopping or Stopping()
    return exit_status(lambda: _until(wanted_end, console), console)


def _until(stopping: Stopping, console: Console) -> None:
    settings = read("serve", _SETTINGS)
    port = ports.chosen(settings)
    choice = choose(settings.get("EXCHANGE", ""), "")
    owners.check(settings)
    strategies_path = own_strategies.registered_from(settings)
    polymarket.check_reachable(settings.get("EXCHANGE", ""))
    with owned("serve"), closed_visibly() as resources:
        listener = resources.enter_context(ports.taken(port))
        url = _database(settings.get("DATABASE_URL", ""), stopping, resources)
        _serve(
            listener=listener,
            url=url,
            choice=choice,
            strategies_path=strategies_path,
            resources=resources,
            console=console,
        )
        stopping.wait()


def _database(given: str, stopping: Stopping, resources: ExitStack) -> str:
    """Open the database of DATABASE_URL, or else that of `make run` with all its rows."""
    url = given or resources.enter_context(continued(stopping))
    stopping.check()
    with Heartbeat("Preparing the database"):
        prepare(url)
    stopping.check()
    return url


def _serve(
    *,
    listener: socket,
    url: str,
    choice: Choice,
    strategies_path: Path | None,
    resources: ExitStack,
    console: Console,
) -> None:
    venue = timetable.running(choice, latest_batch(url))
    exchange = resources.enter_context(exchange_server(venue)) if venue else None
    resources.enter_context(functions_log_to(FUNCTION_LOG))
    exchange_url, key = exchange.url if exchange else None, token.own_key()
    with Heartbeat("Starting the functions"):
        stack = resources.enter_context(Stack(url, exchange_url, strategies_path, key=key))
    api = resources.enter_context(HttpServer(with_page(stack.gateway.respond), listener=listener))

    def start(target: str, text: str) -> None:
        _run_target(console, target, stack, text)

    scheduler = Scheduler(stack.template.schedules, start, venue.now if venue else _system_time)
    scheduler.open()
    resources.callback(scheduler.close)
    console.print(f"API       {api.url}  (try {api.url}/health)")
    console.print(f"Token     {token.signed(key, 'admin')}", soft_wrap=True)
    console.print(f"To try    {api.url}{PATH}  (Authorize with the token)")
    console.print(f"Exchange  {exchange_url or 'Polymarket itself'}")
    console.print(f"Database  {databases.without_password(url)}", soft_wrap=True)
    console.print(f"Log       {FUNCTION_LOG}")
    for note in own_strategies.notes(strategies_path) if strategies_path else ():
        console.print(note, markup=False)
    console.print(_CALL.format(url=api.url), markup=False, soft_wrap=True)
    _sign_in_command_line(api.url, key, resources)
    console.print("Ctrl-C ends it.")


def _sign_in_command_line(address: str, key: str, resources: ExitStack) -> None:
    """Write address and token where `prescient` finds them, and remove them when this ends."""
    values = {"url": address, "token": token.signed(key, "admin", _OWN_LIFETIME)}
    profile = profiles.Profile(OF_THE_CHECKOUT, profiles.DEFAULT, values)
    profile.file.unlink(missing_ok=True)
    profiles.write(profile)
    resources.callback(profile.file.unlink, missing_ok=True)


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


if __name__ == "__main__":
    with Stopping() as until_ctrl_c:
        sys.exit(main(until_ctrl_c))
