"""Limits hold exactly when many executes run at once, in separate processes."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal as D
from multiprocessing import get_context
from threading import Barrier

import pytest

from prescient.core.market.markets import EventId, MarketId
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioId
from tests.builders import event, market
from tests.world import World, several

MARKETS, PORTFOLIOS, PROCESSES = 6, 12, 4
SECONDS_TO_START = 60
_together: list[Barrier] = []


def join(barrier: Barrier) -> None:
    """What a process does first: it learns of the others."""
    _together.append(barrier)


def execute_all(
    database_url: str, cycle_id: int, portfolio_ids: Sequence[PortfolioId], limits: GlobalLimits
) -> int:
    """Runs in a process of its own, once all are connected; how many signals were filled."""
    with World(database_url, limits) as world:
        with world.portfolio_context.database.transaction(portfolio_ids[0]):
            pass
        _together[0].wait(SECONDS_TO_START)
        return sum(world.execute(cycle_id, portfolio_id).trades for portfolio_id in portfolio_ids)


def filled_at_once(
    world: World, cycle_id: int, shares: Sequence[Sequence[PortfolioId]], limits: GlobalLimits
) -> list[int]:
    """How many signals each process filled: one process for each share of the portfolios."""
    spawn, count = get_context("spawn"), len(shares)
    with ProcessPoolExecutor(
        count, spawn, initializer=join, initargs=(spawn.Barrier(count),)
    ) as pool:
        urls, cycles, bounds = ([value] * count for value in (world.database_url, cycle_id, limits))
        return [*pool.map(execute_all, urls, cycles, shares, bounds)]


def decided(world: World, portfolio_ids: Sequence[PortfolioId]) -> int:
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    for portfolio_id in portfolio_ids:
        world.signal(cycle_id, portfolio_id)
    return cycle_id


def divided(portfolio_ids: Sequence[PortfolioId]) -> list[Sequence[PortfolioId]]:
    return [portfolio_ids[place::PROCESSES] for place in range(PROCESSES)]


@pytest.mark.parametrize(
    ("limits", "filled"),
    [
        # 12 portfolios want $100 each in 6 markets: 72 fills without limits
        pytest.param(GlobalLimits(max_market_exposure=D(450)), MARKETS * 4, id="market cap"),
        pytest.param(GlobalLimits(total_capital=D("1234.56")), 12, id="total capital"),
    ],
)
def test_global_limits_are_exact(database_url: str, limits: GlobalLimits, filled: int) -> None:
    with World(database_url) as world:
        world.exchange.events = [event(*several(MARKETS))]
        portfolio_ids = [world.portfolio(f"p{place}") for place in range(PORTFOLIOS)]
        cycle_id = decided(world, portfolio_ids)
        assert sum(filled_at_once(world, cycle_id, divided(portfolio_ids), limits)) == filled
        assert world.breaks() == []


def test_total_capital_is_exact_where_no_two_portfolios_share_a_market(database_url: str) -> None:
    limits = GlobalLimits(total_capital=D(450))
    with World(database_url) as world:
        places = range(PORTFOLIOS)
        world.exchange.events = [
            event(
                market(market_id=MarketId(f"m{place}")),
                event_id=EventId(f"e{place}"),
                tags=(f"t{place}",),
            )
            for place in places
        ]
        portfolio_ids = [
            world.portfolio(f"p{place}", market_types=[f"t{place}"]) for place in places
        ]
        cycle_id = decided(world, portfolio_ids)
        assert sum(filled_at_once(world, cycle_id, divided(portfolio_ids), limits)) == 4
        assert world.breaks() == []


def test_limits_of_a_portfolio_are_exact(database_url: str) -> None:
    """Each portfolio is executed four times at once, and buys once what its limit leaves."""
    with World(database_url) as world:
        world.exchange.events = [event(*several(MARKETS))]
        filled = {
            world.portfolio("unbound"): MARKETS,
            world.portfolio("balance", balance="250"): 2,
            world.portfolio("exposure", limits=Limits(None, D(250), 20)): 2,
            world.portfolio("positions", limits=Limits(None, None, 3)): 3,
            world.portfolio("event", max_event_exposure=410): 4,
            world.portfolio("size", limits=Limits(D("33.33"), None, 20)): MARKETS,
        }
        cycle_id = decided(world, [*filled])
        fills = filled_at_once(world, cycle_id, [[*filled]] * PROCESSES, GlobalLimits())
        assert set(fills) == {sum(filled.values())}
        assert {
            portfolio_id: world.state(portfolio_id).trade_count for portfolio_id in filled
        } == filled
        assert world.row("SELECT max(amount + fee) AS most FROM trades WHERE portfolio_id = 6") == {
            "most": D("33.33")
        }
        assert world.breaks() == []
