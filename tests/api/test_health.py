"""GET /health."""

from prescient.store.database import SCHEMA_VERSION
from tests.api.client import Client, sample


def test_it_needs_no_token(client: Client) -> None:
    answer = client.send(sample("health"))
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "schema_version": SCHEMA_VERSION,
        "clock": "2026-03-01T12:00:00+00:00",
        "newest_batch": None,
    }


def test_it_tells_the_age_of_the_newest_complete_batch(client: Client) -> None:
    client.world.run_cycle()
    client.world.clock.pass_time(minutes=7)
    batch = client.get("/health").json["newest_batch"]
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
    assert client.get("/health").json["newest_batch"] is None
