"""Calls whose failure ends nothing but what they were for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.exchange.venue import Row
from prescient.usecases import backfill
from tests.faults.faulty_exchange import faulty_exchange
from tests.faults.stage import HELD, Stage
from tests.world import World

DETAILS, HISTORIES = "/markets/0x", "/prices-history"


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    world = World(database_url)
    with faulty_exchange() as exchange:
        yield Stage(world, exchange)
    world.disconnect()


def ended_at_half(row: Row) -> Row:
    """Closed at half each, without a word of the oracle's."""
    kept = {key: value for key, value in row.items() if key != "umaResolutionStatus"}
    return {**kept, "closed": True, "outcomePrices": '["0.5", "0.5"]'}


def test_an_end_that_the_clob_does_not_confirm_holds_up_nothing_else(stage: Stage) -> None:
    stage.exchange.change_rows(ended_at_half, HELD)
    stage.exchange.go_wrong(DETAILS, None, kind="server_error", status=503)
    seen = stage.run(HELD)
    conditions = sum(int(row["market_id"]) % 2 for row in seen.stored)
    assert seen.counters["retries_by_family"] == {"clob_markets": 3 * min(conditions, 3)}
    held = stage.world.rows("SELECT market_id, status, flag FROM portfolio_positions")
    assert {position["status"] for position in held} == {"open"}
    flagged = {position["market_id"] for position in held if position["flag"] is not None}
    assert flagged == {position["market_id"] for position in held if int(position["market_id"]) % 2}
    assert 0 < seen.flagged == len(flagged) < len(held)
    assert len(seen.stored) == len(held)


def test_a_backfill_keeps_what_was_done_before_the_fault(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MARKETS_A_BATCH", 4)
    monkeypatch.setattr(backfill, "MARKETS_A_RUN", 8)
    world, exchange = stage.world, stage.exchange
    world.portfolio("reverts", strategy_type="mean_reversion", min_liquidity=0, min_volume=0)
    with stage.reading(exchange.url):
        exchange.go_wrong(HISTORIES, None, kind="html", after=backfill.MARKETS_A_BATCH)
        broken_off = backfill.run(world.context)
        assert broken_off.markets == backfill.MARKETS_A_BATCH
        assert f"GET {HISTORIES}: " in str(broken_off.error)
        hours = world.rows("SELECT * FROM market_hours ORDER BY market_id, hour")
        exchange.recover()
        rest = backfill.run(world.context)
    assert (rest.error, rest.markets) == (None, 8)
    after = world.rows("SELECT * FROM market_hours ORDER BY market_id, hour")
    assert [row for row in hours if row not in after] == []
    batches = world.rows("SELECT status FROM market_batches WHERE kind = 'backfill' ORDER BY 1")
    assert [row["status"] for row in batches] == ["complete"] * 3 + ["failed"]
