"""The three roles of the database: made before the migrations, which never create or drop one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from prescient.store import statements

SQL = statements.load(__file__)
OWNER = "prescient_owner"
APP = "prescient_app"
PORTFOLIO = "prescient_portfolio"
_PREPARATION = (
    "become_oneself",
    "create",
    "join_roles",
    "join_present_owners",
    "give_database",
    "give_schema",
)
_TAKEOVER = ("give_tables", "leave_present_owners", "become_owner")


def bootstrap(session: Connection[Any], tables: Collection[str]) -> None:
    """Make the roles, give these tables and views to the owner, and go on as the owner.

    The migrating user needs CREATEROLE, and the database or the right to join its owner, no more. A
    second time, or in a second database of the cluster, only what is missing is done, and all in
    one transaction; raises `psycopg.errors.InsufficientPrivilege` with the grant that is missing.
    """
    with session.transaction():
        prepare(session, tables)
        take_over(session)


def prepare(session: Connection[Any], tables: Collection[str]) -> None:
    """The first half of `bootstrap`, which leaves the tables to their owners, and locks none."""
    session.execute(SQL["name_tables"], {"tables": "\n".join(sorted(tables))})
    for name in _PREPARATION:
        session.execute(SQL[name])


def take_over(session: Connection[Any]) -> None:
    """The second half, in the same transaction."""
    for name in _TAKEOVER:
        session.execute(SQL[name])


def leave(session: Connection[Any]) -> None:
    """Give up the rights in the schema that `prepare` asked for, where its owner kept it."""
    session.execute(SQL["leave_schema"])
