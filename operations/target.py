"""The database that a command is about, as its server describes it; never its password."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg

from prescient.store import reach
from prescient.store.database import CONNECT_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Target:
    """A database, its server and the login; `version` is the server's major one."""

    database: str
    login: str
    address: str
    version: int
    is_encrypted: bool

    def __str__(self) -> str:
        return f"{self.database} at {self.address} (Postgres {self.version}), as {self.login}"

    @property
    def file_name(self) -> str:
        """The database's name, as a file may have it."""
        return re.sub(r"[^\w.-]", "_", self.database)


def look(url: str) -> Target:
    """Connect to the database of a libpq URL. Raises `DatabaseUnavailable`."""
    with reach.told(), psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
        return of(connection)


def of(connection: psycopg.Connection) -> Target:
    """Return what an open connection knows."""
    info = connection.info
    return Target(
        database=info.dbname,
        login=info.user,
        address=f"{info.host}:{info.port}",
        version=info.server_version // 10000,
        is_encrypted=connection.pgconn.ssl_in_use,
    )
