"""`make sam-api`: the API in containers, with a database and an exchange that they can reach."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import urllib3
from rich.console import Console

from local.aws import token
from local.demo import containers, ports, timetable
from local.demo.console import terminal
from local.demo.containers import Address
from local.demo.database import continued
from local.demo.refusals import exit_status
from local.demo.results import latest_batch
from local.demo.timetable import Choice, choose
from local.exchange.server import exchange_server
from local.heartbeat import Heartbeat, closed_visibly
from local.ownership import FOLDER, owned
from local.postgres.migrations import prepare
from local.postgres.server import DATABASE, Listener
from local.settings import read
from local.stopping import Stopping
from prescient.core.errors import PrescientError

_SETTINGS = ("EXCHANGE", "PORT")
_SAM = ".venv-sam/bin/sam"
_VARIABLES, _LOG = FOLDER / "sam-env.json", FOLDER / "sam-api.log"
_PRIVATE = 0o600
_POLL_SECONDS = 0.5
_SHOWN = """\
API       {url}  (try {url}/health)
Token     {token}
Call it   curl --oauth2-bearer $(make -s token SCOPE=read) {url}/paper-trading/portfolio
Log       {log}
Ctrl-C ends it."""


class SamFailed(PrescientError):
    """`sam local start-api` has ended, or a function does not start; the message names the log."""


def main(stopping: Stopping | None = None) -> int:
    """Serve on PORT with EXCHANGE; return 0 when `stopping` wants an end."""
    console = terminal()
    wanted_end = stopping or Stopping()
    return exit_status(lambda: _until(wanted_end, console), console)


def _until(stopping: Stopping, console: Console) -> None:
    settings = read("sam-api", _SETTINGS)
    port, choice = ports.chosen(settings), choose(settings.get("EXCHANGE", ""), "")
    ports.taken(port).close()
    address = containers.address_of_this_machine()
    with owned("sam-api"), closed_visibly() as resources:
        key = token.own_key()
        variables = {**_opened(address, choice, stopping, resources), "LOCAL_KEY": key}
        url = resources.enter_context(_sam(port, variables, stopping))
        shown = _SHOWN.format(url=url, token=token.signed(key, "admin"), log=_LOG)
        console.print(shown, markup=False, soft_wrap=True)
        stopping.wait()


def _opened(
    address: Address, choice: Choice, stopping: Stopping, resources: ExitStack
) -> Mapping[str, str]:
    """Open the database and the exchange where containers reach them.

    Return the variables of the functions.
    """
    listener = Listener.on_free_port(address.bound)
    url = resources.enter_context(continued(stopping, listener))
    stopping.check()
    with Heartbeat("Preparing the database"):
        prepare(url)
    variables = {
        "DATABASE_URL": Listener(address.named, listener.port).url(DATABASE),
        "DATABASE_AUTHENTICATION": "url",
    }
    venue = timetable.running(choice, latest_batch(url))
    if venue is None:
        return variables
    exchange = resources.enter_context(exchange_server(venue, host=address.bound))
    reached = exchange.url.replace(address.bound, address.named)
    return {**variables, "GAMMA_URL": reached, "CLOB_URL": reached, "CLOCK": "exchange"}


@contextmanager
def _sam(port: int, variables: Mapping[str, str], stopping: Stopping) -> Iterator[str]:
    """Run `sam local start-api` until the block ends; yield its URL once a function answers."""
    _write_privately(_VARIABLES, json.dumps({"Parameters": dict(variables)}))
    # An image that is there is enough: SAM would else ask its registry about it for each function.
    command = [_SAM, "local", "start-api", "--warm-containers", "LAZY", "--skip-pull-image"]
    command += ["--env-vars", str(_VARIABLES), "--port", str(port)]
    with _LOG.open("wb") as log:
        # In a session of its own, so that a Ctrl-C reaches it only when this process passes it on.
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    stopping.at_once(process.kill)
    try:
        url = f"http://127.0.0.1:{port}"
        with Heartbeat("Starting the functions in containers"):
            _wait_for_an_answer(process, url, stopping)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait_for_an_answer(process: subprocess.Popen[bytes], url: str, stopping: Stopping) -> None:
    with urllib3.PoolManager(retries=False) as client:
        while process.poll() is None:
            stopping.check()
            try:
                answer = client.request("GET", f"{url}/health")
            except urllib3.exceptions.HTTPError:
                time.sleep(_POLL_SECONDS)
                continue
            if b"status" in answer.data:
                return
            raise SamFailed(f"the functions do not answer ({answer.status}): {_LOG} says why")
    raise SamFailed(f"sam local start-api has ended: {_LOG} says why")


def _write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner may read, since it has the key."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


if __name__ == "__main__":
    with Stopping() as until_ctrl_c:
        sys.exit(main(until_ctrl_c))
