"""Why a database could not be reached, in words that say what to do.

The driver shows no error code of a connection that fails, only what libpq and the server wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from prescient.core.errors import DatabaseUnavailable

_CAUSES = (
    (
        r'password authentication failed for user "(?P<user>[^"]*)"',
        "the password of the login {user!r} is wrong, or there is no such login",
    ),
    (r"no password supplied", "the server asks for a password, and the URL has none"),
    (
        r'database "(?P<database>[^"]*)" does not exist',
        "the server has no database {database!r}: create it (createdb), or correct the name",
    ),
    (r'role "(?P<user>[^"]*)" does not exist', "the server has no login {user!r}"),
    (
        r'role "(?P<user>[^"]*)" is not permitted to log in',
        "{user!r} is a role that may not log in: name a login",
    ),
    (
        r"pg_hba\.conf (?:rejects connection|entry) for (?P<whom>[^\n]*)",
        "the server's pg_hba.conf does not let in {whom}",
    ),
    (
        r"server does not support SSL",
        "the URL asks for TLS (sslmode), and the server speaks none",
    ),
    (
        r"certificate verify failed",
        "the server's certificate is of no authority that is trusted here: correct the host, or "
        "name the authority's file (sslrootcert)",
    ),
    (
        r'server certificate for "(?P<named>[^"]*)".*does not match host name "(?P<host>[^"]*)"',
        "the server proves to be {named}, not {host}: correct the host",
    ),
    (
        r"failed to resolve host '(?P<host>[^']*)'",
        "the host {host!r} is unknown: correct its name, or check the name service",
    ),
    (
        r"server (?:at|on socket) (?P<address>.*?) failed: (?:Connection refused|No such file)",
        "no server listens at {address}: start it, or correct host and port",
    ),
    (
        r"timeout expired|timed out|No route to host|Network is unreachable",
        "the host does not answer: correct host and port, or open the way to it (firewall, VPN)",
    ),
    (
        r"too many (?:clients|connections)|remaining connection slots",
        "all of the server's connections are in use: end some, and try again",
    ),
    (
        r"the database system is (?P<state>starting up|shutting down|not yet accepting[^\n]*)",
        "the server is {state}: try again in a moment",
    ),
)


@contextmanager
def told() -> Iterator[None]:
    """Let a failed connection leave as `DatabaseUnavailable`, in our words."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise unreachable(error) from error


def unreachable(error: BaseException | None) -> DatabaseUnavailable:
    """Return the error for a failed connection; an unknown cause keeps its own message."""
    text = " ".join(str(error).split())
    for cause, words in _CAUSES:
        if found := re.search(cause, text):
            return DatabaseUnavailable(
                f"Postgres cannot be reached: {words.format(**found.groupdict())}"
            )
    return DatabaseUnavailable(f"Postgres cannot be reached: {text}")
