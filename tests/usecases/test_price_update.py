"""Marks and settlement between cycles."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import DeadlockDetected, ExchangeUnavailable
from prescient.core.market.markets import FeeSchedule
from prescient.polymarket.clob_rows import ResolutionDetails
from prescient.store import tape
from tests.builders import event
from tests.world import World, several

# A buy of $100 at 0.78 holds 128.20 shares; the marks below are 128.20 × price.


def test_marks_every_position_and_stores_an_equity_point(world: World) -> None:
    portfolio_id = world.bought()
    result = world.reprice("0.89", "0.91")
    assert (result.markets, result.positions, result.settled, result.exited) == (1, 1, 0, 0)
    state = world.state(portfolio_id)
    assert (state.unrealized_pnl, state.total_value) == (D("15.38"), D("10015.38"))
    point = world.rows("SELECT * FROM portfolio_equity ORDER BY timestamp")[-1]
    # at the bid: 128.20 × 0.89 = 114.098 → 114.09
    assert (point["equity"], point["equity_at_bid"]) == (D("10015.38"), D("10014.09"))
    assert state.last_price_update == world.clock.now
    assert world.breaks() == []


def test_an_update_that_is_overtaken_takes_nothing_back(world: World) -> None:
    """While it waits for its answer, a newer one stores a new price and a new fee."""
    world.bought()

    def overtake() -> None:
        world.exchange.while_answering = lambda: None
        world.reprice("0.89", "0.91", fee=FeeSchedule(D("0.07")))

    world.exchange.while_answering = overtake
    world.update_prices()
    assert world.row("SELECT fee_rate FROM markets") == {"fee_rate": D("0.07")}
    assert world.row("SELECT mark FROM market_prices") == {"mark": D("0.90")}
    assert world.breaks() == []


@pytest.mark.parametrize(
    ("yes", "status", "balance", "pnl"),
    [
        ("1", "resolved", "10028.20", "28.20"),
        ("0", None, "9900.00", "-100.00"),
        ("0.5", "resolved", "9964.10", "-35.90"),
    ],
)
def test_settles_what_resolved(
    world: World, yes: str, status: str | None, balance: str, pnl: str
) -> None:
    portfolio_id = world.bought()
    result = world.reprice(
        "0.77",
        "0.78",
        closed=True,
        yes_price=D(yes),
        no_price=1 - D(yes),
        resolution_status=status,
    )
    assert (result.settled, result.positions) == (1, 0)
    state = world.state(portfolio_id)
    assert (state.current_balance, state.total_invested) == (D(balance), D(0))
    assert (state.realized_pnl, state.total_profit_loss) == (D(pnl), D(pnl))
    assert (state.total_winning_trades, state.total_losing_trades) == (
        int(D(pnl) > 0),
        int(D(pnl) < 0),
    )
    trade = world.row("SELECT status, realized_pnl FROM trades")
    assert trade == {"status": "closed", "realized_pnl": D(pnl)}
    assert world.row("SELECT cost_basis FROM capital_in_use") == {"cost_basis": 0}
    assert world.breaks() == []


def test_a_settled_position_is_not_paid_twice(world: World) -> None:
    portfolio_id = world.bought()
    world.reprice("0.77", "0.78", closed=True, yes_price=D(1), no_price=D(0))
    world.clock.pass_time(minutes=5)
    assert world.update_prices().settled == 0
    assert world.state(portfolio_id).current_balance == D("10028.20")


def test_an_odd_resolution_stays_open_and_flagged(world: World) -> None:
    portfolio_id = world.bought()
    result = world.reprice("0.97", "0.98", closed=True, yes_price=D("0.98"), no_price=D("0.02"))
    assert (result.settled, result.flagged) == (0, 1)
    position = world.row("SELECT status, flag FROM portfolio_positions")
    assert position == {"status": "open", "flag": "odd_resolution"}
    assert world.state(portfolio_id).open_positions == 1
    world.reprice("0.97", "0.98", closed=True, yes_price=D(1), no_price=D(0))
    assert world.state(portfolio_id).current_balance == D("10028.20")


def test_a_dispute_is_not_paid(world: World) -> None:
    world.bought()
    result = world.reprice(
        "0.77", "0.78", closed=True, yes_price=D(1), no_price=D(0), resolution_status="disputed"
    )
    assert (result.settled, result.flagged) == (0, 1)


def test_a_market_that_is_listed_nowhere_keeps_its_mark(world: World) -> None:
    portfolio_id = world.bought()
    world.reprice("0.89", "0.91")
    shown, world.exchange.events = world.exchange.events, []
    world.clock.pass_time(minutes=5)
    result = world.update_prices()
    assert (result.markets, result.flagged) == (0, 1)
    assert world.state(portfolio_id).total_value == D("10015.38")
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": "not_listed"}
    world.exchange.events = shown
    assert world.reprice("0.79", "0.81").flagged == 0
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": None}


def test_paused_portfolios_are_marked_and_settled(world: World) -> None:
    portfolio_id = world.bought()
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    world.reprice("0.77", "0.78", closed=True, yes_price=D(1), no_price=D(0))
    assert world.state(portfolio_id).current_balance == D("10028.20")


def test_a_failed_fetch_changes_no_mark_and_no_total(world: World) -> None:
    world.bought()
    before = world.everything()
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        world.update_prices()
    assert world.everything() == before


def test_an_update_that_cannot_publish_leaves_a_failed_batch_without_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.bought()
    before = world.everything()

    def refuse(*_: object, **__: object) -> None:
        raise DeadlockDetected("with another transaction")

    with monkeypatch.context() as patched:
        patched.setattr(tape, "publish", refuse)
        with pytest.raises(DeadlockDetected):
            world.update_prices()
    assert world.everything() == before
    ended = "SELECT status, error, started_at FROM market_batches WHERE kind = 'price_update'"
    assert world.rows(ended) == [
        {
            "status": "failed",
            "error": "with another transaction",
            "started_at": world.clock.now,
        }
    ]


def test_nothing_is_held_and_nothing_happens(world: World) -> None:
    world.portfolio()
    result = world.update_prices()
    assert (result.markets, result.positions, result.flagged) == (0, 0, 0)
    assert world.row("SELECT equity FROM portfolio_equity") == {"equity": D(10000)}


def test_drawdown_is_dollars_from_the_peak(world: World) -> None:
    portfolio_id = world.bought()
    world.reprice("0.89", "0.91")
    world.reprice("0.69", "0.71")
    world.reprice("0.79", "0.81")
    # peak 10015.38, trough 9989.74
    assert world.state(portfolio_id).max_drawdown == D("25.64")


HALF_EACH: dict[str, Any] = {"closed": True, "yes_price": D("0.5"), "no_price": D("0.5")}


def test_half_each_is_paid_when_the_clob_says_so(world: World) -> None:
    portfolio_id = world.bought()
    world.exchange.resolutions = {"0x1": ResolutionDetails(None, is_fifty_fifty=True)}
    assert world.reprice("0.49", "0.51", **HALF_EACH).settled == 1
    assert world.state(portfolio_id).current_balance == D("9964.10")
    assert world.breaks() == []


def test_half_each_that_the_clob_does_not_confirm_stays_open_and_flagged(world: World) -> None:
    world.bought()
    result = world.reprice("0.49", "0.51", **HALF_EACH)
    assert (result.settled, result.flagged, result.positions) == (0, 1, 1)


def test_a_clob_that_does_not_answer_holds_up_nothing_else(world: World) -> None:
    world.exchange.events = [event(*several(2))]
    world.bought()
    world.exchange.fails = {"resolution"}
    (shown,) = world.exchange.events
    half, other = shown.markets
    other = replace(other, closed=True, yes_price=D(1), no_price=D(0))
    world.exchange.events = [replace(shown, markets=(replace(half, **HALF_EACH), other))]
    world.clock.pass_time(minutes=5)
    result = world.update_prices()
    assert (result.settled, result.flagged, result.positions) == (1, 1, 1)
    world.exchange.fails = set()
    world.exchange.resolutions = {"0x1": ResolutionDetails(None, is_fifty_fifty=True)}
    world.clock.pass_time(minutes=5)
    assert world.update_prices().settled == 1
    assert world.breaks() == []
