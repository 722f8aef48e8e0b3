"""All rows of a database, in so few bytes that two states can be compared after every statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

TABLES = """
    SELECT relname, EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'portfolio_id'
    )
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"""
ROWS = """
    SELECT md5(coalesce(string_agg(row::text, '' ORDER BY row::text), ''))
    FROM public.{table} AS row {rest}"""


@dataclass(frozen=True, slots=True)
class Census:
    """A digest a table: the rows `of_others` than one portfolio, and what all have in common."""

    of_others: dict[str, str]
    shared: dict[str, str]

    @classmethod
    def taken(cls, connection: Connection[Any], portfolio_id: int) -> Census:
        """What is not of this portfolio, as a superuser sees it."""
        found: dict[bool, dict[str, str]] = {True: {}, False: {}}
        rest = sql.SQL("WHERE portfolio_id <> {}").format(portfolio_id)
        tables = connection.execute(TABLES).fetchall()
        queries = [
            sql.SQL(ROWS).format(table=sql.Identifier(name), rest=rest if is_owned else sql.SQL(""))
            for name, is_owned in tables
        ]
        digests = connection.execute(sql.SQL(" UNION ALL ").join(queries)).fetchall()
        for (name, is_owned), (digest,) in zip(tables, digests, strict=True):
            found[is_owned][name] = digest
        return cls(found[True], found[False])
