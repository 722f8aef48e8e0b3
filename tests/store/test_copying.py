"""What is wrong while rows are copied is raised, and leaves a session that can go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from prescient.store.copying import copied
from tests.world import World

COPY: LiteralString = "COPY market_exposure (market_id, cost_basis) FROM STDIN"
MANY = 20_000  # rows, more than fit into what the client keeps back


class _Wrong(Exception):
    pass


def test_rows_are_there_once_the_block_has_ended(world: World) -> None:
    worked = []
    with (
        world.context.database.transaction() as session,
        copied(session, COPY, ((f"m{n}", "0.50") for n in range(MANY))),
    ):
        worked.append("meanwhile")
    assert worked == ["meanwhile"]
    assert world.row("SELECT count(*), sum(cost_basis) FROM market_exposure") == {
        "count": MANY,
        "sum": MANY / 2,
    }


@pytest.mark.parametrize("bad", [("m1", "NaN dollars"), ("m0", "1")])
def test_a_bad_row_is_raised_when_the_block_has_ended(world: World, bad: tuple[str, str]) -> None:
    worked = []
    with world.context.database.transaction() as session:
        with (
            pytest.raises((psycopg.DataError, psycopg.IntegrityError)),
            session.transaction(),
            copied(session, COPY, [("m0", "1"), bad]),
        ):
            worked.append("meanwhile")
        session.execute("INSERT INTO market_exposure (market_id) VALUES ('m9')")
    assert worked == ["meanwhile"]
    assert world.rows("SELECT market_id FROM market_exposure") == [{"market_id": "m9"}]


@pytest.mark.parametrize("fails", ["rows", "block"])
def test_what_the_client_does_wrong_undoes_the_rows(world: World, fails: str) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield "m0", "1"
        if fails == "rows":
            raise _Wrong

    with world.context.database.transaction() as session:
        with pytest.raises(_Wrong), session.transaction(), copied(session, COPY, rows()):
            raise _Wrong
        session.execute("INSERT INTO market_exposure (market_id) VALUES ('m9')")
    assert world.rows("SELECT market_id FROM market_exposure") == [{"market_id": "m9"}]
