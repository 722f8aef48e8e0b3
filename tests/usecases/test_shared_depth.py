"""Whether what one portfolio of a cycle takes from a book is gone for the next."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.market.books import Level, OrderBook
from prescient.core.portfolio.portfolios import GlobalLimits, PortfolioId
from tests.sequences.killing import killer_installed
from tests.usecases.test_concurrency import divided, filled_at_once
from tests.usecases.test_strategies import reverter, show_price
from tests.world import World

PORTFOLIOS = 10
TAKEN = "SELECT market_id, outcome, side, shares FROM taken_depth"


def offer(world: World, *shares: str) -> None:
    """Asks at 0.78, 0.79, … of this many shares each."""
    asks = tuple(Level(D("0.78") + D(place) / 100, D(size)) for place, size in enumerate(shares))
    world.exchange.order_books = {"11": OrderBook((Level(D("0.77"), D(5000)),), asks)}


def portfolios(world: World) -> list[PortfolioId]:
    """Ten portfolios, each of which wants $100 of the market."""
    return [world.portfolio(f"p{place}", max_depth_share=1) for place in range(PORTFOLIOS)]


def decided(world: World, portfolio_ids: list[PortfolioId], **request: Any) -> int:
    cycle_id = world.open_cycle(**request)
    world.filter(cycle_id)
    for portfolio_id in portfolio_ids:
        world.signal(cycle_id, portfolio_id)
    return cycle_id


def bought(world: World) -> list[D]:
    return [row["shares"] for row in world.rows("SELECT shares FROM trades ORDER BY id")]


def test_by_default_each_portfolio_has_its_own_copy_of_a_book(world: World) -> None:
    offer(world, "25")
    portfolios(world)
    cycle_id = world.run_cycle()
    assert bought(world) == [D(25)] * PORTFOLIOS
    assert world.row("SELECT DISTINCT shared_depth FROM trades") == {"shared_depth": False}
    cycle = "SELECT shared_depth FROM trading_cycles WHERE cycle_id = %s"
    assert world.row(cycle, cycle_id) == {"shared_depth": False}
    assert world.rows(TAKEN) == []


def test_shared_depth_is_taken_once_level_by_level(world: World) -> None:
    """The second finds what the first left, the third pays the next level, the rest get nothing."""
    offer(world, "150", "60")
    portfolios(world)
    world.run_cycle(shared_depth=True)
    # $100 buys 128.20 shares at 0.78; then 21.80 at 0.78 and 38.20 at 0.79 are left of $100's worth
    assert bought(world)[0] == D("128.20")
    assert sum(bought(world)) == D(210)
    prices = [row["entry_price"] for row in world.rows("SELECT entry_price FROM trades")]
    assert prices == sorted(prices)
    assert world.row("SELECT DISTINCT shared_depth FROM trades") == {"shared_depth": True}
    assert world.rows(TAKEN) == [
        {"market_id": "m1", "outcome": "yes", "side": "asks", "shares": D(210)}
    ]
    left = world.row("SELECT DISTINCT rejection FROM trading_signals WHERE NOT executed")
    assert left == {"rejection": "no_quote"}
    assert world.breaks() == []


def test_what_a_quote_offers_is_shared_too(world: World) -> None:
    """One percent of $20,000 is $200, 256.41 shares at 0.78: two get theirs, 0.01 is left."""
    portfolios(world)
    world.run_cycle(shared_depth=True)
    assert bought(world) == [D("128.20")] * 2
    rejections = world.rows("SELECT DISTINCT rejection FROM trading_signals WHERE NOT executed")
    assert rejections == [{"rejection": "below_minimum"}]


def test_what_is_bid_is_shared_too(world: World) -> None:
    """Both hold some 250 shares and sell; the best bid wants 300, and the next is too low."""
    keys: dict[str, Any] = {"min_observations": 8, "cooldown_hours": 0, "max_z": 9}
    world.portfolio("first", strategy_type="mean_reversion", **keys)
    reverter(world, name="second")
    held = world.rows("SELECT shares FROM portfolio_positions WHERE status = 'open'")
    assert len(held) == 2
    show_price(world, "0.49")
    bids = (Level(D("0.485"), D(300)), Level(D("0.40"), D(5000)))
    world.exchange.order_books = {"11": OrderBook(bids, (Level(D("0.495"), D(5000)),))}
    world.run_cycle(shared_depth=True)
    sold = [row["shares"] for row in world.rows("SELECT shares FROM position_exits ORDER BY id")]
    assert sold == [held[0]["shares"], D(300) - held[0]["shares"]]
    assert world.row(f"{TAKEN} WHERE side = 'bids'")["shares"] == D(300)
    assert world.breaks() == []


def test_the_next_batch_offers_anew(world: World) -> None:
    offer(world, "100")
    world.portfolio("first", max_depth_share=1)
    world.run_cycle(shared_depth=True)
    world.portfolio("second", max_depth_share=1)
    world.clock.pass_time(hours=1)
    world.run_cycle(shared_depth=True)
    assert bought(world) == [D(100), D(100)]


@pytest.mark.parametrize(
    ("setting", "asked", "shared"),
    [
        (True, {}, True),
        (True, {"shared_depth": False}, False),
        (False, {"shared_depth": True}, True),
    ],
)
def test_a_cycle_says_so_itself_or_the_setting_does(
    world: World, setting: bool, asked: dict[str, bool], shared: bool
) -> None:
    world.context = replace(world.context, shared_depth=setting)
    world.portfolio()
    world.run_cycle(**asked)
    assert world.row("SELECT shared_depth FROM trades") == {"shared_depth": shared}


@pytest.mark.parametrize("size", ["100", "33.33"])
def test_never_more_than_is_offered_whoever_is_first(world: World, size: str) -> None:
    """Ten portfolios at once in four processes; a hundredth may be worth no order of its own."""
    offer(world, size)
    portfolio_ids = portfolios(world)
    cycle_id = decided(world, portfolio_ids, shared_depth=True)
    filled_at_once(world, cycle_id, divided(portfolio_ids), GlobalLimits())
    assert D(size) - D("0.02") < sum(bought(world)) <= D(size)
    assert world.row(TAKEN)["shares"] == sum(bought(world))
    assert world.breaks() == []


def test_a_second_run_takes_nothing(world: World) -> None:
    offer(world, "300")
    portfolio_id = world.portfolio(max_depth_share=1)
    cycle_id = decided(world, [portfolio_id], shared_depth=True)
    for _ in range(2):
        world.execute(cycle_id, portfolio_id)
    assert world.row(TAKEN)["shares"] == sum(bought(world)) == D("128.20")


def test_what_a_killed_turn_took_is_given_back(database_url: str) -> None:
    """It dies at each of its statements in turn; only the run that ends takes anything."""
    with killer_installed() as killer, World(database_url) as world:
        offer(world, "300")
        portfolio_id = world.portfolio(max_depth_share=1)
        cycle_id = decided(world, [portfolio_id], shared_depth=True)
        statement = 0
        while killer.kills(lambda: world.execute(cycle_id, portfolio_id), statement):
            assert world.rows(TAKEN) == []
            statement += 1
        world.execute(cycle_id, portfolio_id)
        assert world.row(TAKEN)["shares"] == D("128.20")
        assert statement > 5
