"""The steps of a cycle, one request each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import pytest

from prescient.core.errors import ExchangeUnavailable, FunctionUnavailable, StepFailed
from prescient.usecases import signal, single_steps
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.functions import Step
from prescient.usecases.support.portfolio_step import PortfolioStepRequest
from tests.api.client import Client, sample
from tests.world import D, World

FILTER, SIGNALS = "/markets/filter", "/strategy/generate-signals"
EXECUTE, SNAPSHOT = "/paper-trading/execute-signals", "/paper-trading/snapshot"
UPDATE = "/paper-trading/update-prices"
SAMPLES = (
    "filter_markets",
    "generate_signals",
    "execute_signals",
    "take_snapshots",
    "update_prices",
)


Calling = Callable[..., Client]


def filtered(client: Client, names: str, *, paused: int | None = None) -> Client:
    """With portfolios of these names, of which one is paused while the exchange is read."""
    for name in names:
        client.create(name=name)
    if paused is not None:
        client.patch(f"/portfolios/{paused}", {"status": "paused"})
    client.get(FILTER)
    if paused is not None:
        client.patch(f"/portfolios/{paused}", {"status": "active"})
    return client


def results(client: Client, target: str) -> list[dict[str, Any]]:
    """What became of each portfolio."""
    found: list[dict[str, Any]] = client.get(target).json["portfolio_results"]
    return found


def stepped(client: Client, target: str) -> tuple[list[int], str | None]:
    """The portfolios of an answer, and where the next one is."""
    answer = client.get(target).json
    return [result["portfolio_id"] for result in answer["portfolio_results"]], answer["next"]


@pytest.fixture
def calling(world: World) -> Iterator[Calling]:
    """Makes clients of functions with other settings."""
    with ExitStack() as opened:

        def made(**variables: str) -> Client:
            client = Client(world, **variables)
            opened.enter_context(closing(client.environment))
            return client

        yield made


def test_step_by_step_it_is_a_cycle(client: Client) -> None:
    client.create()
    client.create(name="Two")
    filtered, signals, trades, snapshots, prices = (client.send(sample(name)) for name in SAMPLES)
    assert filtered.json["portfolios"] == 1
    cycle_id = filtered.json["cycle_id"]
    (signal,) = signals.json["portfolio_results"]
    assert (signal["portfolio_id"], signal["status"], signal["signals"]) == (1, "completed", 1)
    assert trades.json["summary"] == {
        "portfolios_processed": 1,
        "total_executed_trades": 1,
        "total_failed_trades": 0,
    }
    (traded,) = trades.json["portfolio_results"]
    assert traded["new_balance"] + traded["total_invested"] == D("10000.00")
    (snapshot,) = snapshots.json["portfolio_results"]
    shown = client.get("/portfolios/1").json["portfolio"]
    assert (snapshot["equity"], snapshot["status"]) == (shown["total_value"], "completed")
    assert client.get(f"/trading/cycles/{cycle_id}").json["cycle"]["status"] == "completed"
    assert prices.json["summary"]["positions"] == 1
    assert client.world.breaks() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_an_id_they_are_for_all_active_portfolios(client: Client, method: str) -> None:
    call = client.get if method == "GET" else client.post
    for name in ("One", "Two", "Three"):
        client.create(name=name)
    client.patch("/portfolios/2", {"status": "paused"})
    assert call(FILTER).json["portfolios"] == 2
    for target in (SIGNALS, EXECUTE, SNAPSHOT):
        answer = call(target).json
        assert [result["portfolio_id"] for result in answer["portfolio_results"]] == [1, 3]
        assert answer["summary"]["portfolios_processed"] == 2
        assert answer["next"] is None
    assert client.world.breaks() == []


def test_a_second_time_changes_nothing(client: Client) -> None:
    client.create()
    for target in (FILTER, SIGNALS, EXECUTE):
        client.get(target)
    before = client.world.everything()
    assert client.get(SIGNALS).json["summary"]["total_signals"] == 1
    assert client.get(EXECUTE).json["summary"]["total_executed_trades"] == 1
    assert client.world.everything() == before
    client.get(SNAPSHOT)
    (after,) = results(client, EXECUTE)
    assert (after["status"], after["executed_trades"]) == ("no_signals", 0)
    assert results(client, SIGNALS)[0]["status"] == "skipped"


def test_without_a_cycle_nothing_waits_for_a_portfolio(client: Client) -> None:
    client.create()
    assert results(client, SIGNALS)[0]["status"] == "skipped"
    assert results(client, EXECUTE)[0]["status"] == "no_signals"
    (unasked,) = results(client, SNAPSHOT)
    assert unasked["error"] == "cycle_id: no cycle has run portfolio 1 yet"
    assert client.get(f"{SIGNALS}?portfolio_id=9").json["code"] == "portfolio_not_found"


def test_a_failed_filter_ends_its_cycle(client: Client) -> None:
    client.create()
    client.world.exchange.pages_before_failure = 0
    headers = {"idempotency-key": "k"}
    answer = client.get(FILTER, headers=headers)
    assert (answer.status, answer.json["code"]) == (503, "exchange_unavailable")
    assert client.world.row("SELECT status FROM trading_cycles") == {"status": "failed"}
    client.world.exchange.pages_before_failure = None
    again = client.get(FILTER, headers=headers)
    assert (again.status, again.json["cycle_id"]) == (200, 2)
    assert client.get(FILTER, headers=headers).json["batch_id"] == again.json["batch_id"]
    other = client.get(f"{FILTER}?min_liquidity=5", headers=headers)
    assert (other.status, other.json["code"]) == (409, "idempotency_conflict")


def test_what_takes_longer_than_a_request_waits_goes_on(client: Client) -> None:
    client.create()
    client.functions.hanging = set(Step)
    assert client.get(FILTER).status == 202
    assert client.get(FILTER).json["url"] == "/trading/cycles/2"
    assert client.get(UPDATE).status == 202
    assert results(client, SIGNALS)[0]["status"] == "running"


def test_many_portfolios_take_several_requests(
    calling: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = filtered(calling(PORTFOLIOS_PER_CHUNK="1"), "abc")
    run = client.functions.invoke

    def slowly(step: Step, event: dict[str, object]) -> object:
        client.time.seconds += 6
        return run(step, event)

    monkeypatch.setattr(client.functions, "invoke", slowly)
    further = f"{SIGNALS}?after=2"
    assert stepped(client, SIGNALS) == ([1, 2], further)
    assert stepped(client, further) == ([3], None)


def test_an_invocation_takes_a_chunk_and_each_portfolio_by_itself(
    calling: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = filtered(calling(PORTFOLIOS_PER_CHUNK="2"), "abc", paused=2)
    run, asked = client.functions.invoke, []

    def noted(step: Step, event: dict[str, object]) -> object:
        asked.append((step, event))
        return run(step, event)

    monkeypatch.setattr(client.functions, "invoke", noted)
    assert {result["status"] for result in results(client, EXECUTE)} == {"no_signals"}
    signals = results(client, SIGNALS)
    assert [result["status"] for result in signals] == ["completed", "skipped", "completed"]
    assert signals[1]["error"] == "cycle_id: no cycle has run portfolio 2 yet"
    chunks = [{"portfolio_ids": "1-2"}, {"portfolio_ids": "3"}]
    assert asked == [
        *((Step.EXECUTE, chunk) for chunk in chunks),
        *((Step.SIGNAL, chunk) for chunk in chunks),
    ]


def test_where_the_functions_time_runs_out_the_next_request_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered(client, "abc")
    left = iter([20.0, 10.0])
    context = replace(client.world.portfolio_context, seconds_left=lambda: next(left))
    monkeypatch.setattr(client.world, "portfolio_context", context)
    assert stepped(client, SIGNALS) == ([1, 2], f"{SIGNALS}?after=2")


def test_an_error_that_is_none_of_ours_ends_its_portfolio_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered(client, "ab")
    run = signal.run

    def broken(request: PortfolioStepRequest, context: StepContext) -> signal.SignalResult:
        if request.portfolio_id == 1:
            raise KeyError("yes")
        return run(request, context)

    monkeypatch.setattr(signal, "run", broken)
    ended, decided = results(client, SIGNALS)
    assert ended["status"] == "error"
    assert ended["error"] == "the step failed; its function's log says why"
    assert (decided["status"], decided["signals"]) == ("completed", 1)


def test_one_answer_is_bounded_however_quick_the_steps_are(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_steps, "MOST_STEPPED", 2)
    filtered(client, "abcd")
    for target in (SIGNALS, EXECUTE, SNAPSHOT):
        further = f"{target}?after=2"
        assert stepped(client, target) == ([1, 2], further)
        assert stepped(client, further) == ([3, 4], None)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ExchangeUnavailable("GET /events: answered HTML"), 503, "exchange_unavailable"),
        (FunctionUnavailable("the function signal cannot be run"), 503, "function_unavailable"),
        (StepFailed("the step failed"), 500, "step_failed"),
    ],
)
def test_a_failure_is_an_error_of_one_and_a_result_of_all(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    client.create()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(client.functions, "invoke", fail)
    answer = client.get(f"{SIGNALS}?portfolio_id=1")
    assert (answer.status, answer.json["code"]) == (status, code)
    (result,) = results(client, SIGNALS)
    assert (result["status"], result["error"]) == ("error", str(error))
