"""Databases on a server: made, copied and dropped, by libpq URL."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from prescient.core.errors import InvalidRequest

_SCHEMES = ("postgresql", "postgres")
_SECRETS = ("password", "sslpassword")
_HOST = r"(?:\[[^\]]*\]|[^:,\[\]@]*)(?::\d*)?"


def checked(url: str) -> str:
    """Return `url` if libpq reads it; else raise `InvalidRequest` without a part of the URL."""
    if not url:
        raise InvalidRequest("DATABASE_URL: required, as postgresql://user@host:5432/database")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise InvalidRequest("DATABASE_URL: must begin with postgresql://")
    user, _, hosts = parts.netloc.rpartition("@")
    if "@" in user or not re.fullmatch(f"{_HOST}(?:,{_HOST})*", hosts):
        raise InvalidRequest(
            "DATABASE_URL: must read postgresql://user:password@host:port/database, with the "
            "special characters of the password percent-encoded"
        )
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise InvalidRequest("DATABASE_URL: is not a URL that libpq reads") from None
    return url


def name_of(url: str) -> str:
    """Return the name of the URL's database."""
    return urlsplit(url).path.removeprefix("/")


def at(url: str, name: str) -> str:
    """Return the URL of the same server's database `name`."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def without_password(url: str) -> str:
    """Return the URL as it may be shown and written down."""
    parts = urlsplit(url)
    login, at_sign, address = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    pairs = (pair for pair in parts.query.split("&") if pair.partition("=")[0] not in _SECRETS)
    query = "&".join(pairs)
    return parts._replace(netloc=f"{user}{at_sign}{address}", query=query).geturl()


def exists(url: str) -> bool:
    """Tell whether the database of `url` exists. Its server must have a database `postgres`."""
    with psycopg.connect(at(url, "postgres")) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return connection.execute(query, (name_of(url),)).fetchone() is not None


def create(url: str, *, template: str = "template1") -> str:
    """Create the database of `url` as a copy of `template`, and return `url`."""
    # A file copy is the faster way for the small databases of tests.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    _administer(url, statement.format(sql.Identifier(name_of(url)), sql.Identifier(template)))
    return url


def rename(url: str, name: str) -> str:
    """Rename the database of `url`, which no session may use; return its new URL."""
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    _administer(url, statement.format(sql.Identifier(name_of(url)), sql.Identifier(name)))
    return at(url, name)


def drop(url: str, *, force: bool = True) -> None:
    """Drop the database of `url` if it exists.

    `force` ends the sessions that use it; without it they are a psycopg.errors.ObjectInUse.
    """
    statement = sql.SQL("DROP DATABASE IF EXISTS {}" + (" WITH (FORCE)" if force else ""))
    _administer(url, statement.format(sql.Identifier(name_of(url))))


def _administer(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(at(url, "postgres"), autocommit=True) as connection:
        connection.execute(statement)
