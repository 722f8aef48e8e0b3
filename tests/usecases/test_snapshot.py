"""The row of the day, and the end of a portfolio's part of the cycle."""

from datetime import date
from decimal import Decimal as D

from tests.world import World


def test_snapshot_is_cash_plus_marked_positions(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    row = world.row("SELECT * FROM portfolio_history")
    # 128.20 shares at 0.78 cost 100.00 and are worth 128.20 × 0.775 = 99.355 → 99.36
    assert (row["snapshot_date"], row["balance"], row["total_invested"]) == (
        date(2026, 3, 1),
        D("9900.00"),
        D("100.00"),
    )
    assert (row["total_value"], row["total_profit_loss"]) == (D("9999.36"), D("-0.64"))
    assert world.row("SELECT status, equity FROM cycle_portfolios") == {
        "status": "completed",
        "equity": D("9999.36"),
    }


def test_one_row_a_day_and_the_latest_wins(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.reprice("0.79", "0.80")
    world.clock.pass_time(hours=1)
    world.run_cycle()
    world.clock.pass_time(days=1)
    world.run_cycle()
    rows = world.rows("SELECT snapshot_date, total_value FROM portfolio_history ORDER BY 1")
    assert [row["total_value"] for row in rows] == [D("10001.92"), D("10001.92")]


def test_a_second_run_answers_the_first_result(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = world.run_cycle()
    before = world.everything()
    world.clock.pass_time(hours=1)
    assert world.snapshot(cycle_id, portfolio_id).equity == "9999.36"
    assert world.everything() == before


def test_the_claim_is_released(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    assert world.signal(cycle_id, portfolio_id).status == "running"
