"""The three roles of the database: made before the migrations, which never create or drop one."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from prescient.store import statements

SQL = statements.load(__file__)
OWNER = "prescient_owner"
APP = "prescient_app"
PORTFOLIO = "prescient_portfolio"


def bootstrap(session: Connection[Any]) -> None:
    """Make the roles, give the database's tables to the owner, and go on as the owner.

    Whoever migrates needs CREATEROLE, and the database or the right to join its owner, no more. A
    second time, or in a second database of the cluster, only what is missing is done, and all in
    one transaction; raises `psycopg.errors.InsufficientPrivilege` with the grant that is missing.
    """
    with session.transaction():
        for statement in SQL.values():
            session.execute(statement)
