"""The database of `make run` and `make serve`: that of DATABASE_URL, or the one under `.local`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.demo import owners
from local.heartbeat import Heartbeat
from local.postgres import databases
from local.postgres.server import DATABASE, DEFAULT_DIRECTORY, Listener, laptop_server
from local.stopping import Stopping
from prescient.core.errors import PrescientError

_NAMED = 5


class WouldBeLost(PrescientError):
    """The database has portfolios that no run made, and FRESH does not allow to drop it."""


@contextmanager
def begun_anew(stopping: Stopping, *, drop_all: bool) -> Iterator[str]:
    """Yield the URL of an empty database under `.local`; the one before it is dropped.

    Raises `WouldBeLost` where the old one has portfolios that no run made, unless `drop_all`, and
    psycopg.errors.ObjectInUse while another session uses the old one.
    """
    with _under_local(stopping) as url:
        if databases.exists(url):
            own = [] if drop_all else owners.portfolios_of_its_own(url)
            if own:
                raise WouldBeLost(_refusal(own))
            databases.drop(url, force=False)
        yield databases.create(url)


@contextmanager
def continued(stopping: Stopping, listener: Listener | None = None) -> Iterator[str]:
    """Yield the URL of the database under `.local`, with all its rows.

    With a `listener` it is reachable at that address too.
    """
    with _under_local(stopping, listener) as url:
        yield url if databases.exists(url) else databases.create(url)


@contextmanager
def _under_local(stopping: Stopping, listener: Listener | None = None) -> Iterator[str]:
    server = laptop_server(listener)
    stopping.at_once(server.abandon)
    with Heartbeat("Starting Postgres"):
        server.open()
    try:
        stopping.check()
        yield server.url(DATABASE)
    finally:
        server.close()


def _refusal(own: list[str]) -> str:
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return (
        f"The database {DATABASE} in {DEFAULT_DIRECTORY} has portfolios that no run made "
        f"({', '.join(own[:_NAMED])}{more}), and `make run` would drop it. FRESH=yes does; "
        "`make serve` goes on with it; DATABASE_URL names another for the run."
    )
