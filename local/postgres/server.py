"""An embedded Postgres: the binaries of a PyPI wheel, one data directory, no installation.

Processes that open the same directory share one server. The last one to close it stops it, also
when others were killed: membership is a file lock, which the kernel releases.

The wheel's own `get_server` is not used. It keeps its members as process ids in a file, which a
killed process leaves behind and another process may inherit; it creates a system account when it
runs as root; and it takes neither settings nor a TCP address.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Self

from local.postgres import account
from local.postgres.programs import PostgresFailed, programs

SUPERUSER = "postgres"
DEFAULT_DIRECTORY = Path(".local/postgres")
DATABASE = "prescient"  # the one of `make run` and `make serve`
_DEFAULT_PORT = 5432
_PORT_LINE = 3  # of postmaster.pid
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 10
_POLL_SECONDS = 0.02
_PLAIN_PATH = re.compile(r"[\w/.+-]+")
_THROWAWAY_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP address beside the Unix socket. Every host of the address's subnet is trusted."""

    host: str
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}@{self.host}:{self.port}/{database}"

    @classmethod
    def on_free_port(cls, host: str = "127.0.0.1") -> Listener:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        return cls(host, port)


class Postgres:
    """A server on `directory`, open between `open` and `close` (or as a context manager)."""

    def __init__(
        self,
        directory: Path = DEFAULT_DIRECTORY,
        *,
        settings: tuple[str, ...] = (),
        listener: Listener | None = None,
    ) -> None:
        """`settings` are `name=value` pairs; they and `listener` count for the process
        that starts the server."""
        self.directory = directory.absolute()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_starting = False
        self._settings = settings
        self._listener = listener
        self._membership: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def log(self) -> Path:
        return self._home / "log"

    def url(self, database: str = SUPERUSER) -> str:
        """Return a libpq URL over the Unix socket of the open server."""
        started = (self._data / "postmaster.pid").read_text().splitlines()
        port = started[_PORT_LINE]
        return f"postgresql://{SUPERUSER}@/{database}?host={self._sockets}&port={port}"

    def tcp_url(self, database: str = SUPERUSER) -> str:
        """Return a libpq URL over the TCP listener. Raises ValueError when there is none."""
        if self._listener is None:
            raise ValueError("this server listens on no TCP address")
        return self._listener.url(database)

    def open(self) -> None:
        """Start the server, or join the one that runs. Raises PostgresFailed."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._data.exists() and (owner := account.other_owner(self._data)):
            raise PostgresFailed(
                f"{self._data} belongs to {owner}, as whom Postgres will not run for you: go on as "
                "the user who made it, or remove it (sudo make clean)"
            )
        account.own(self._home)
        with self._gate(), ExitStack() as unless_started:
            membership = unless_started.enter_context((self.directory / "members.lock").open("wb"))
            unless_started.callback(setattr, self, "_membership", None)
            fcntl.flock(membership, fcntl.LOCK_SH)
            self._membership = membership
            if not self._is_running():
                self._initialize()
                self._start()
            unless_started.pop_all()

    def close(self) -> None:
        """Leave the server, and stop it when no other process has it open."""
        if self._membership is None:
            return
        with self._gate(), self._membership:
            try:
                fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                self._membership = None
            self._stop()

    def abandon(self) -> None:
        """End the server at once, unless another process has it open.

        For the signal handler of a process that ends: it may come in the middle of `open`.
        """
        if self._membership is None:
            return
        with suppress(BlockingIOError):
            fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
            deadline = time.monotonic()
            if self._is_starting:
                deadline += _START_SECONDS  # it cannot be taken back before there is a process
            elif self._running is not None:
                os.killpg(self._running.pid, signal.SIGKILL)
            stop = ("stop", "-D", str(self._data), "-m", "immediate")
            while self._control(*stop, check=False) != 0 and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)

    @cached_property
    def _home(self) -> Path:
        return account.home(self.directory)

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _sockets(self) -> Path:
        """The data directory, which only its owner reads, or else a short path.

        A socket's path is short, and neither a URL nor Postgres's own list of folders takes any.
        """
        fits = len(bytes(self._data)) <= _LONGEST_SOCKET_PATH - len(".s.PGSQL.65535")
        if fits and _PLAIN_PATH.fullmatch(str(self._data)):
            return self._data
        digest = hashlib.sha256(bytes(self._data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"prescient-postgres-{digest}"

    @contextmanager
    def _gate(self) -> Iterator[None]:
        with (self.directory / "gate.lock").open("wb") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _is_running(self) -> bool:
        return self._control("status", "-D", str(self._data), check=False) == 0

    def _initialize(self) -> None:
        """Build the data directory aside, so that a killed `initdb` leaves nothing behind."""
        if self._data.exists():
            return
        unfinished = self._home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        account.own(unfinished)
        options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self._run("initdb", *options, "-U", SUPERUSER, "-D", str(unfinished))
        with (unfinished / "pg_hba.conf").open("a") as access:
            access.write("host all all samenet trust\n")
        unfinished.rename(self._data)

    def _start(self) -> None:
        if self._sockets != self._data:
            account.own(self._sockets)
        address = self._listener or Listener("", _DEFAULT_PORT)
        options = f"-h '{address.host}' -p {address.port} -k '{self._sockets}'"
        options += "".join(f" -c {setting}" for setting in self._settings)
        self._is_starting = True
        self._control("start", "-w", "-D", str(self._data), "-l", str(self.log), "-o", options)
        self._is_starting = False

    def _stop(self) -> None:
        arguments = ("stop", "-w", "-D", str(self._data), "-m")
        if self._control(*arguments, "fast", check=False) != 0 and self._is_running():
            self._control(*arguments, "immediate")
        if self._sockets != self._data:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _control(self, *arguments: str, check: bool = True) -> int:
        return self._run("pg_ctl", *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        """Run a program in a session of its own: a Ctrl-C would leave half of what it does."""
        user = account.server_account()
        # A file, because the server inherits the stream and would keep a pipe open for ever.
        with tempfile.TemporaryFile() as output:
            self._running = subprocess.Popen(
                [str(account.reachable_programs(programs()) / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,
            )
            code = self._running.wait()
            self._running = None
            if code and check:
                output.seek(0)
                end_of_log = _end(self.log.read_bytes()) if self.log.exists() else ""
                raise PostgresFailed(f"{program} failed:\n{_end(output.read())}\n{end_of_log}")
        return code


def laptop_server(listener: Listener | None = None) -> Postgres:
    """Return the server of `make run` and `make serve`: a power cut may lose its last second."""
    return Postgres(DEFAULT_DIRECTORY, settings=("synchronous_commit=off",), listener=listener)


@contextmanager
def throwaway(listener: Listener | None = None) -> Iterator[Postgres]:
    """Open a server for tests in a temporary directory: fast, not durable, removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="prescient-"))
    try:
        with fast_server(directory, listener) as server:
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def fast_server(directory: Path, listener: Listener | None = None) -> Postgres:
    """Return a server without durability: a power cut may lose or corrupt its data."""
    return Postgres(directory, settings=_THROWAWAY_SETTINGS, listener=listener)


def _end(written: bytes) -> str:
    return written[-2000:].decode(errors="replace").strip()


def main() -> None:
    """`python -m local.postgres.server`: keep the server of `make run` open until Ctrl-C."""
    with laptop_server() as server:
        print(server.url(DATABASE), flush=True)
        stops = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        signal.sigwait(stops)


if __name__ == "__main__":
    main()
