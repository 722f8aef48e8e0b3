"""Limits hold exactly when many executes run at once, in separate processes."""

from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal as D
from multiprocessing import get_context

import pytest

from prescient.core.portfolios import GlobalLimits, Limits, PortfolioId
from tests.builders import event
from tests.world import World, several

MARKETS, PORTFOLIOS, PROCESSES = 6, 12, 4


def execute_all(
    database_url: str, cycle_id: int, portfolio_ids: list[PortfolioId], limits: GlobalLimits
) -> int:
    """Runs in a process of its own; how many signals were filled."""
    with World(database_url, limits) as world:
        return sum(world.execute(cycle_id, one).trades for one in portfolio_ids)


@pytest.mark.parametrize(
    ("limits", "filled"),
    [
        # 12 portfolios want $100 each in 6 markets: 72 fills without limits
        pytest.param(GlobalLimits(max_market_exposure=D(450)), MARKETS * 4, id="market cap"),
        pytest.param(GlobalLimits(total_capital=D("1234.56")), 12, id="total capital"),
    ],
)
def test_global_limits_are_exact(database_url: str, limits: GlobalLimits, filled: int) -> None:
    with World(database_url, limits) as world:
        world.exchange.events = [event(*several(MARKETS))]
        portfolio_ids = [world.portfolio(f"p{place}") for place in range(PORTFOLIOS)]
        cycle_id = world.open_cycle()
        world.filter(cycle_id)
        for portfolio_id in portfolio_ids:
            world.signal(cycle_id, portfolio_id)
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            shares = [portfolio_ids[place::PROCESSES] for place in range(PROCESSES)]
            fills = pool.map(
                execute_all,
                [database_url] * PROCESSES,
                [cycle_id] * PROCESSES,
                shares,
                [limits] * PROCESSES,
            )
            assert sum(fills) == filled
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
        cycle_id = world.open_cycle()
        world.filter(cycle_id)
        for portfolio_id in filled:
            world.signal(cycle_id, portfolio_id)
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            fills = pool.map(
                execute_all,
                [database_url] * PROCESSES,
                [cycle_id] * PROCESSES,
                [[*filled]] * PROCESSES,
                [GlobalLimits()] * PROCESSES,
            )
            assert set(fills) == {sum(filled.values())}
        assert {one: world.state(one).trade_count for one in filled} == filled
        assert world.row("SELECT max(amount + fee) AS most FROM trades WHERE portfolio_id = 6") == {
            "most": D("33.33")
        }
        assert world.breaks() == []
