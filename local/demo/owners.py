"""Whose portfolios a database holds: those of a run, or its owner's, which no exchange of ours may
trade unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import psycopg

from local.demo.portfolio_sets import FOUR_MOMENTUM, OF_AN_OWN_STRATEGY, ONE_A_STRATEGY
from local.demo.timetable import Choice
from local.postgres import databases
from local.settings import switch
from prescient.core.errors import PrescientError
from prescient.store import reach
from prescient.store.database import CONNECT_TIMEOUT_SECONDS

_NAMED = 5
_MADE_HERE = {
    (portfolio["name"], portfolio["description"]) for portfolio in (*ONE_A_STRATEGY, *FOUR_MOMENTUM)
}


class ForeignPortfolios(PrescientError):
    """The database has portfolios that no run made, and the settings do not say to use them."""


def guarded(choice: Choice, settings: Mapping[str, str]) -> Choice:
    """Return the choice, without portfolios to add where the database has portfolios of its own.

    Raises `ForeignPortfolios` as `check` does.
    """
    if check(settings):
        return choice
    return lambda since: replace(choice(since), portfolios=())


def check(settings: Mapping[str, str]) -> bool:
    """Tell whether a run may add its portfolios to the database of DATABASE_URL.

    It may where the database has none of its own, or with DEMO=yes. Raises `ForeignPortfolios`
    where EXCHANGE would trade the database's own at prices that are not Polymarket's of now.
    """
    url, exchange = settings.get("DATABASE_URL", ""), settings.get("EXCHANGE", "")
    if not url or switch(settings, "DEMO", default=False):
        return True
    own = portfolios_of_its_own(databases.checked(url))
    if own and exchange != "live":
        raise ForeignPortfolios(_refusal(own, exchange or "simulated"))
    return not own


def portfolios_of_its_own(url: str) -> list[str]:
    """Return the names of the portfolios that no run made; the database may be of any schema."""
    with reach.told(), psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
        found = connection.execute("SELECT to_regclass('portfolios')").fetchone()
        if found is None or found[0] is None:
            return []
        rows = connection.execute(
            "SELECT name, coalesce(description, '') FROM portfolios ORDER BY portfolio_id"
        ).fetchall()
    return [
        name
        for name, description in rows
        if (name, description) not in _MADE_HERE and description != OF_AN_OWN_STRATEGY
    ]


def _refusal(own: Sequence[str], exchange: str) -> str:
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return (
        f"DATABASE_URL: the database has portfolios of its own ({', '.join(own[:_NAMED])}{more}), "
        f"and EXCHANGE={exchange} would trade them at prices that are not Polymarket's of now. "
        "EXCHANGE=live trades them on Polymarket; DEMO=yes trades them here, beside the "
        "portfolios of the demonstration"
    )
