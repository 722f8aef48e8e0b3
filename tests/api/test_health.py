"""GET /health, and its details."""

import pytest

from prescient.core.errors import ExchangeUnavailable
from prescient.store import health
from prescient.store.database import SCHEMA_VERSION, Session
from tests.api.client import Client, sample

NEVER = {"ended_at": None, "age_seconds": None, "is_late": False}


def test_strangers_are_told_whether_it_is_well_and_nothing_else(client: Client) -> None:
    answer = client.send(sample("health"))
    assert (answer.status, answer.text) == (200, '{"status":"ok"}')


def test_strangers_hear_no_cause(client: Client, offline: Client) -> None:
    client.world.portfolio()
    client.world.clock.pass_time(seconds=901)
    for late_or_unreachable in (client, offline):
        answer = late_or_unreachable.get("/health", scope=None)
        assert (answer.status, answer.text) == (503, '{"status":"not_ok"}')


def test_strangers_make_no_more_work_by_asking_often(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, check = [], health.check

    def counted(session: Session) -> health.HealthRow:
        asked.append(session)
        return check(session)

    monkeypatch.setattr(health, "check", counted)
    for _ in range(50):
        client.get("/health", scope=None)
    client.world.clock.pass_time(seconds=4.9)
    client.get("/health", scope=None)
    assert len(asked) == 1
    client.world.clock.pass_time(seconds=0.1)
    client.get("/health", scope=None)
    assert len(asked) == 2


def test_details_need_the_read_scope(client: Client) -> None:
    assert client.get("/health/details", scope=None).status == 401
    assert client.get("/health/details", scope="prescient/trade").status == 403
    answer = client.send(sample("health_details"))
    assert answer.status == 200
    assert answer.json == {
        "status": "starting",
        "schema_version": SCHEMA_VERSION,
        "clock": "2026-03-01T12:00:00+00:00",
        "newest_batch": None,
        "price_update": {**NEVER, "late_after_seconds": 900},
        "cycle": {**NEVER, "late_after_seconds": 7200},
    }


def test_it_tells_the_age_of_the_newest_complete_batch(client: Client) -> None:
    client.world.run_cycle()
    client.world.clock.pass_time(minutes=7)
    batch = client.get("/health/details").json["newest_batch"]
    assert batch == {
        "batch_id": 1,
        "completed_at": "2026-03-01T12:00:00+00:00",
        "age_seconds": 420,
    }


def test_a_failed_batch_does_not_count(client: Client) -> None:
    client.world.rows(
        "INSERT INTO market_batches (kind, status, started_at) VALUES ('filter', 'failed', now())"
        " RETURNING 1"
    )
    assert client.get("/health/details").json["newest_batch"] is None


def test_it_is_not_ok_when_a_price_update_or_a_cycle_is_late(client: Client) -> None:
    world, clock = client.world, client.world.clock
    world.portfolio()
    assert client.get("/health/details").json["status"] == "starting"
    world.run_cycle()
    world.update_prices()
    assert client.get("/health/details").json["status"] == "ok"
    clock.pass_time(seconds=900)
    answer = client.get("/health/details")
    assert answer.json["price_update"]["age_seconds"] == 900
    assert client.get("/health").status == 200
    clock.pass_time(seconds=1)
    answer = client.get("/health/details")
    assert (answer.status, answer.json["status"]) == (200, "late")
    assert answer.json["price_update"]["ended_at"] == "2026-03-01T12:00:00+00:00"
    assert (answer.json["price_update"]["is_late"], answer.json["cycle"]["is_late"]) == (
        True,
        False,
    )
    clock.pass_time(seconds=6300)
    world.update_prices()
    answer = client.get("/health/details")
    assert (answer.json["status"], answer.json["price_update"]["is_late"]) == ("late", False)
    assert answer.json["cycle"] == {
        "ended_at": "2026-03-01T12:00:00+00:00",
        "age_seconds": 7201,
        "late_after_seconds": 7200,
        "is_late": True,
    }
    world.run_cycle()
    assert client.get("/health/details").json["status"] == "ok"


def test_what_failed_does_not_count(client: Client) -> None:
    world = client.world
    world.portfolio()
    world.run_cycle()
    world.update_prices()
    world.clock.pass_time(seconds=901)
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        world.update_prices()
    world.close(world.open_cycle(), error={"Error": "ExchangeUnavailable", "Cause": "HTML"})
    answer = client.get("/health/details").json
    assert answer["price_update"]["is_late"]
    assert answer["cycle"]["age_seconds"] == 901


def test_an_installation_that_never_runs_is_late(client: Client) -> None:
    client.world.clock.pass_time(days=2)
    assert client.get("/health/details").json["status"] == "starting"  # there is no portfolio
    client.world.portfolio()
    client.world.clock.pass_time(seconds=901)
    answer = client.get("/health/details")
    assert (answer.json["status"], answer.json["cycle"]["is_late"]) == ("late", False)
