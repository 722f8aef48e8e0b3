"""prescient_portfolio is given every statement of the store, aimed at another portfolio's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
import pytest
from psycopg import Connection, errors, sql

from local.postgres import databases
from prescient.store import roles
from tests.isolation.aim import Values, aimed
from tests.isolation.attacks import OUTCOMES, Outcome, all_statements
from tests.isolation.census import Census
from tests.isolation.two_portfolios import TwoPortfolios, trade

STATEMENTS = all_statements()
MIGRATING = (
    "mending.",
    "migration_session.",
    "old_schema.",
    "revisions.",
    "roles.",
)  # what prescient_app may not do either
WITHOUT_PORTFOLIOS = (
    "backfill.",
    "books.",
    "features.",
    "guards.begin_total",
    "idempotency.",
    "listings.",
    "outcomes.",
    "retention.",
)
Named = Literal["mine", "nothing"]
Answer = tuple[int, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Field:
    """Connections of a superuser, who can take any role in a transaction that is undone.

    `alone` is a copy of the database from which the portfolio `theirs` is gone.
    """

    connection: Connection[Any]
    alone: Connection[Any]
    two: TwoPortfolios
    values: dict[str, Values]
    before: Census

    def attack(self, name: str, role: str, named: Named = "mine") -> tuple[Answer, Census]:
        """What the statement answers to the role, and all that it leaves."""
        with self.connection.transaction(force_rollback=True):
            answer = self._sent(self.connection, name, role, named)
            self.connection.execute("RESET SESSION AUTHORIZATION")
            return answer, Census.taken(self.connection, self.two.mine)

    def attack_alone(self, name: str, named: Named) -> Answer:
        """What it answers where there is no other portfolio."""
        with self.alone.transaction(force_rollback=True):
            return self._sent(self.alone, name, roles.PORTFOLIO, named)

    def _sent(self, connection: Connection[Any], name: str, role: str, named: Named) -> Answer:
        become = sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(role))
        connection.execute(become)
        connection.execute(
            "SELECT set_config('prescient.portfolio_id', %s, true), "
            "set_config('prescient.joined', 'prescient_owner', true), "
            "set_config('prescient.tables', 'trades', true)",
            [str(self.two.mine) if named == "mine" else ""],
        )
        statement = STATEMENTS[name].replace("{table}", "portfolio_state")
        with connection.cursor() as cursor:
            if statement.startswith("COPY"):
                with cursor.copy(statement):
                    return 0, []
            cursor.execute(statement, self._parameters(name, statement))
            return cursor.rowcount, cursor.fetchall() if cursor.description else []

    def _parameters(self, name: str, statement: str) -> Values | list[str] | None:
        if name == "revisions.set_limits":  # the one that is sent by place
            return ["5s", "5s"]
        return self.values[name] if "%(" in statement else None


@pytest.fixture(scope="module")
def field(shared_database_url: str) -> Iterator[Field]:
    url = shared_database_url
    two = trade(url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE portfolio_state (id int)")  # for old_schema.count_rows
    name = databases.name_of(url)
    alone_url = databases.create(databases.at(url, f"{name}_alone"), template=name)
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.connect(alone_url, autocommit=True) as alone,
    ):
        alone.execute("DELETE FROM portfolios WHERE portfolio_id = %s", [two.theirs])
        values, before = aimed(connection, two), Census.taken(connection, two.mine)
        yield Field(connection, alone, two, values, before)
    databases.drop(alone_url)


def test_every_statement_of_the_store_is_listed() -> None:
    assert set(OUTCOMES) == set(STATEMENTS)


@pytest.mark.parametrize("named", ["mine", "nothing"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_an_attack_finds_and_changes_nothing(field: Field, name: str, named: Named) -> None:
    outcome = OUTCOMES[name]
    if outcome is Outcome.REFUSED:
        with pytest.raises(errors.InsufficientPrivilege):
            field.attack(name, roles.PORTFOLIO, named)
        return
    answer, after = field.attack(name, roles.PORTFOLIO, named)
    assert after.of_others == field.before.of_others
    assert answer == field.attack_alone(name, named)
    if outcome is not Outcome.SHARED:
        assert after.shared == field.before.shared
    if outcome is Outcome.NOTHING or (outcome, named) == (Outcome.OWN, "nothing"):
        assert _is_empty(answer), answer


@pytest.mark.parametrize(
    "name", [statement for statement in STATEMENTS if not statement.startswith(MIGRATING)]
)
def test_prescient_app_can_do_what_the_attack_could_not(field: Field, name: str) -> None:
    """Else the attack would prove nothing: it finds or changes the rows that it is aimed at."""
    answer, after = field.attack(name, roles.APP)
    outcome = OUTCOMES[name]
    exempt = (*WITHOUT_PORTFOLIOS, *WITHOUT_ROWS, "tape.")
    if outcome is Outcome.REFUSED and not name.startswith(exempt):
        assert not _is_empty(answer) or after != field.before
    if outcome is Outcome.NOTHING and name not in WITHOUT_ROWS:
        assert not _is_empty(answer) or after.of_others != field.before.of_others
    if outcome is Outcome.OWN and name not in WITHOUT_ROWS:
        assert answer != field.attack(name, roles.PORTFOLIO)[0]


WITHOUT_ROWS = (
    "status_changes.lock_of_pause", "status_changes.select_still_paused",
    "status_changes.select_newest_pause", "comparisons.select_told_apart",
    "performance.select_forecasts", "performance.select_metrics",
    "performance.select_sharpe_ratios", "performance.select_benchmark", "cycles.close_finished",
)  # fmt: skip
"""What they read the two portfolios do not have: a pause that still holds one of them, a cycle that
runs by hand, and what research keeps of longer lives."""


def _is_empty(answer: Answer) -> bool:
    """No row was found or changed; an aggregate over no rows is a row of nulls and zeros."""
    rowcount, rows = answer
    return not any(any(row) for row in rows) if rows else rowcount <= 0
