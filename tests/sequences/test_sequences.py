"""Long random sequences of everything that can happen, with kills and retries.

After each step every invariant must hold, and a second ledger must agree to the cent.
`SEQUENCES=1000` runs as many and prints what happened in them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from prescient.core.portfolio.portfolios import GlobalLimits
from prescient.store import database
from tests.sequences import reference
from tests.sequences.draws import STATEMENTS
from tests.sequences.driven import Driven
from tests.sequences.invariants import CAPITAL_CAP, MARKET_CAP
from tests.sequences.killing import Killer, killer_installed
from tests.sequences.rules import Sequences
from tests.sequences.traced import Stored, Traced, first_difference
from tests.world import World

SEQUENCES = os.environ.get("SEQUENCES")


OTHER_PLANS = """
ALTER DATABASE {0} SET enable_hashjoin = off; ALTER DATABASE {0} SET enable_hashagg = off;
ALTER DATABASE {0} SET enable_seqscan = off; ALTER DATABASE {0} SET enable_sort = off
"""


@pytest.mark.timeout(0 if SEQUENCES else 300)
def test_random_sequences(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with _driven(database_url) as driven:
        count, Sequences.driven = int(SEQUENCES or 25), driven
        run_state_machine_as_test(
            Sequences, settings=_settings(count, is_repeatable=SEQUENCES is None)
        )
    if SEQUENCES:
        with capsys.disabled():
            print()
            for kind, count in sorted(driven.census.items()):
                print(f"{count:8,}  {kind}")


def test_the_same_draws_come_to_the_same(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after other sequences, where connections are lost before each and idle for long before
    each transaction, and where Postgres has other plans for the same statements.
    """
    with _driven(database_url) as driven:
        first = _traces(driven, lambda _: None)
    with psycopg.connect(database_url) as session:
        session.execute(OTHER_PLANS.format(session.info.dbname))
    monkeypatch.setattr(database, "TRUSTED_IDLE_SECONDS", 0.0)
    with _driven(database_url) as driven:
        Sequences.driven = driven
        run_state_machine_as_test(Sequences, settings=_settings(2))
        second = _traces(driven, lambda driven: driven.world.disconnect())
    assert first_difference(first, second) is None


@contextmanager
def _driven(database_url: str) -> Iterator[Driven]:
    limits = GlobalLimits(MARKET_CAP, CAPITAL_CAP)
    with (
        killer_installed() as killer,
        World(database_url, limits) as world,
        closing(Driven(database_url, world, killer)) as driven,
    ):
        yield driven


def _settings(count: int, *, is_repeatable: bool = True) -> settings:
    """For this many sequences; a red run of repeatable ones can be run again."""
    return settings(
        max_examples=count,
        derandomize=is_repeatable,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def _traces(driven: Driven, disturb: Callable[[Driven], None]) -> list[list[Stored]]:
    Traced.driven, Traced.traces, Traced.disturb = driven, [], disturb
    run_state_machine_as_test(Traced, settings=_settings(5))
    return Traced.traces


def test_the_killer_kills_at_every_statement(database_url: str) -> None:
    """Otherwise the sequences would prove nothing about kills; and no trade is half-written."""
    with killer_installed() as killer, World(database_url) as world:
        owner = world.portfolio()
        cycle_id = world.open_cycle()
        statements = {
            name: _kill_everywhere(world, killer, step)
            for name, step in (
                ("filter", lambda: world.filter(cycle_id)),
                ("signal", lambda: world.signal(cycle_id, owner)),
                ("execute", lambda: world.execute(cycle_id, owner)),
                ("snapshot", lambda: world.snapshot(cycle_id, owner)),
                ("update", world.update_prices),
            )
        }
        assert world.state(owner).trade_count == 1
    assert all(5 <= statements[name] <= STATEMENTS[name] for name in statements), statements


def _kill_everywhere(world: World, killer: Killer, step: Callable[[], Any]) -> int:
    """How often the step was killed until it ended, each time without a trace in the books."""
    statement, before = 0, _books(world)
    while killer.kills(step, statement):
        assert _books(world) == before
        statement += 1
    return statement


def _books(world: World) -> list[dict[str, Any]]:
    tables = ("portfolios", "trades", "portfolio_positions", "cash_ledger", "trading_signals")
    return world.rows(
        " UNION ALL ".join(
            f"SELECT '{name}' AS name, to_jsonb({name}) FROM {name}" for name in tables
        )
    )


def test_the_second_ledger_shares_no_code_with_the_first() -> None:
    assert "prescient" not in Path(reference.__file__).read_text()
