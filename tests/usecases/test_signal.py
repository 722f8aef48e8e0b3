"""A portfolio's decisions, and its claim."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import ClaimLost, CycleNotFound, InvalidRequest, PortfolioNotFound
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import candidates
from prescient.usecases import signal
from prescient.usecases.support.portfolio_step import PortfolioStepRequest
from tests.builders import NOON
from tests.world import World


def filtered(world: World, **request: object) -> int:
    cycle_id = world.open_cycle(**request)
    world.filter(cycle_id)
    return cycle_id


def test_stores_the_signal_with_what_it_was_decided_on(world: World) -> None:
    portfolio_id = world.portfolio(min_confidence=0.76)
    cycle_id = filtered(world)
    assert world.signal(cycle_id, portfolio_id).signals == 1
    row = world.row("SELECT * FROM trading_signals")
    assert row["action"] == "buy_yes"
    assert (row["target_price"], row["amount"]) == (D("0.78"), D(100))
    assert (row["confidence"], row["win_probability"]) == (D("0.775"), D("0.775"))
    assert (row["yes_price"], row["market_liquidity"]) == (D("0.775"), D(20000))
    assert (row["strategy_type"], row["config_version"], row["timestamp"]) == ("momentum", 1, NOON)
    assert row["reason"].startswith("YES at 0.775 has conviction 0.55")


def test_a_second_run_keeps_the_first_decision(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = filtered(world)
    world.signal(cycle_id, portfolio_id)
    before = world.everything()
    world.clock.pass_time(minutes=1)
    assert world.signal(cycle_id, portfolio_id).signals == 1
    after = world.everything()
    del before["cycle_portfolios"], after["cycle_portfolios"]  # the lease was renewed
    assert after == before


def test_the_funnel_answers_why_there_was_no_trade(world: World) -> None:
    portfolio_id = world.portfolio(min_liquidity=50000)
    cycle_id = filtered(world)
    assert world.signal(cycle_id, portfolio_id).signals == 0
    funnel = world.row("SELECT funnel FROM cycle_portfolios")["funnel"]
    assert list(funnel.items())[:4] == [
        ("candidates", 1), ("outcome_price", 1), ("market_types", 1), ("liquidity", 0),
    ]  # fmt: skip


def test_cycle_thresholds_bind_every_portfolio(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = filtered(world, thresholds={"min_market_conviction": 0.6})
    assert world.signal(cycle_id, portfolio_id).signals == 0
    assert world.row("SELECT funnel FROM cycle_portfolios")["funnel"]["candidates"] == 0


def test_a_portfolio_that_another_cycle_runs_is_skipped(world: World) -> None:
    portfolio_id = world.portfolio()
    first, second = filtered(world), filtered(world)
    world.signal(first, portfolio_id)
    result = world.signal(second, portfolio_id)
    assert (result.status, result.reason) == ("skipped", f"cycle {first} runs this portfolio")
    with pytest.raises(ClaimLost):
        world.execute(second, portfolio_id)
    world.execute(first, portfolio_id)
    world.snapshot(first, portfolio_id)


def test_a_claim_whose_lease_ran_out_is_taken_over(world: World) -> None:
    portfolio_id = world.portfolio()
    first, second = filtered(world), filtered(world)
    world.signal(first, portfolio_id)
    world.clock.pass_time(minutes=16)
    assert world.signal(second, portfolio_id).status == "running"
    with pytest.raises(ClaimLost, match=f"cycle {first} does not run portfolio"):
        world.execute(first, portfolio_id)


def test_a_portfolio_paused_after_filter_is_skipped(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = filtered(world)
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    result = world.signal(cycle_id, portfolio_id)
    assert (result.status, result.reason) == ("skipped", "portfolio is paused")


def test_a_broken_configuration_fails_by_name_and_leaves_no_claim(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = filtered(world)
    world.rows("""UPDATE portfolios SET strategy_config = '{"min_confidence": 7}' RETURNING 1""")
    with pytest.raises(InvalidRequest, match=r"strategy_config\.min_confidence"):
        world.signal(cycle_id, portfolio_id)
    assert world.row("SELECT status FROM cycle_portfolios")["status"] == "pending"


def test_without_a_batch_there_is_nothing_to_decide_on(world: World) -> None:
    portfolio_id = world.portfolio()
    with pytest.raises(ClaimLost, match="no complete batch"):
        world.signal(world.open_cycle(), portfolio_id)


def test_unknown_portfolio_and_unknown_cycle(world: World) -> None:
    portfolio_id = world.portfolio()
    with pytest.raises(PortfolioNotFound):
        world.signal(1, PortfolioId(99))
    with pytest.raises(CycleNotFound):
        world.signal(99, portfolio_id)


def test_a_portfolio_made_after_filter_is_not_part_of_the_cycle(world: World) -> None:
    world.portfolio()
    cycle_id = filtered(world)
    with pytest.raises(ClaimLost, match=f"portfolio 2 is not part of cycle {cycle_id}"):
        world.signal(cycle_id, world.portfolio("late"))


def test_without_a_cycle_id_the_newest_cycle_is_meant(world: World) -> None:
    portfolio_id = world.portfolio()
    with pytest.raises(CycleNotFound):
        signal.run(PortfolioStepRequest(portfolio_id=portfolio_id), world.portfolio_context)
    filtered(world)
    cycle_id = filtered(world)
    signal.run(PortfolioStepRequest(portfolio_id=portfolio_id), world.portfolio_context)
    assert world.row("SELECT cycle_id FROM trading_signals")["cycle_id"] == cycle_id


@pytest.mark.parametrize(
    ("strategy_type", "configuration"),
    [
        ("momentum", {"kelly_fraction": 1}),
        ("hybrid", {"min_voters": 1}),
        ("random", {}),
    ],
)
def test_an_outcome_price_that_a_trusted_quote_contradicts_buys_nothing(
    world: World, strategy_type: str, configuration: dict[str, Any]
) -> None:
    """0.775 beside a quote of 0.10/0.11: Kelly would bet the house on the difference."""
    world.exchange.show(quote=Quote(D("0.10"), D("0.11")))
    world.portfolio(strategy_type=strategy_type, **configuration)
    world.run_cycle()
    assert world.rows("SELECT 1 FROM trading_signals") == []
    funnel = world.row("SELECT funnel FROM cycle_portfolios")["funnel"]
    assert list(funnel.items())[:2] == [("candidates", 1), ("outcome_price", 0)]
    assert world.exchange.asked_books == []


def test_a_candidate_has_of_a_book_what_a_decision_can_use(world: World) -> None:
    world.portfolio()
    levels = [
        tuple(Level(D(n) / 100, D(3)) for n in prices) for prices in ((77, 76), range(78, 99))
    ]
    world.exchange.order_books = {"11": OrderBook(*levels)}
    batch_id = world.filter(world.open_cycle()).batch_id
    with world.context.database.transaction() as session:
        (candidate,) = candidates.load(session, batch_id, Thresholds())
    (seen,) = candidate.books.values()
    assert seen.quote == OrderBook(*levels).quote
    assert len(seen.bids) == 1
    # At most a tenth above 0.78: 0.85 is in reach, 0.86 says that the book goes on.
    assert [level.price for level in seen.asks] == [D(n) / 100 for n in range(78, 87)]
