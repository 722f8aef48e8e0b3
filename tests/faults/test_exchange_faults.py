"""A bad answer of the exchange ends in a clear error, and leaves nothing half-written."""

from dataclasses import replace

import pytest

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket.client import PolymarketClient
from prescient.polymarket.transport import FetchLimits
from tests.polymarket.server import HTML, TRUNCATED, Answer, answer, serving
from tests.world import World

IMPATIENT = FetchLimits(attempts=2, first_backoff_seconds=0.001, fetch_seconds=5)
HALF_A_PAGE = Answer(b'{"events": [{"id": "1", "title": "It", "markets": [{"id": "m1", "quest')


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(HTML, id="HTML"),
        pytest.param(TRUNCATED, id="truncated body"),
        pytest.param(HALF_A_PAGE, id="truncated JSON"),
        pytest.param(answer({"data": []}), id="another schema"),
        pytest.param(answer({"type": "unavailable", "error": "down"}, 503), id="503"),
        pytest.param(Answer(b"slow down", 429), id="429"),
        pytest.param(answer({"type": "validation error", "error": "bad"}, 422), id="422"),
    ],
)
def test_a_bad_answer_publishes_nothing(database_url: str, bad: Answer) -> None:
    with serving(bad) as exchange:
        _assert_nothing_published(database_url, exchange.url)


def test_an_unreachable_exchange_publishes_nothing(database_url: str) -> None:
    _assert_nothing_published(database_url, "http://127.0.0.1:9")


def _assert_nothing_published(database_url: str, url: str) -> None:
    world = World(database_url)
    world.portfolio()
    world.run_cycle()
    before = world.everything()
    client = PolymarketClient(url, url, now=world.clock, limits=IMPATIENT)
    world.context = replace(world.context, exchange=client)
    with pytest.raises(ExchangeUnavailable, match="/markets"):
        world.update_prices()
    assert world.everything() == before
    cycle_id = world.open_cycle()
    with pytest.raises(ExchangeUnavailable, match="/events/keyset"):
        world.filter(cycle_id)
    world.close(cycle_id, error={"Error": "ExchangeUnavailable"})
    after = world.everything()
    assert [row["status"] for row in after.pop("trading_cycles")] == ["completed", "failed"]
    del before["trading_cycles"]
    assert after == before
    assert world.rows("SELECT 1 FROM market_batches WHERE status = 'loading'") == []
    client.close()
    world.disconnect()
