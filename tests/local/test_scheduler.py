"""Schedules mean what EventBridge means, and none waits for another."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from local.aws.scheduler import Daily, Rate, Scheduler, UnknownExpression, timing
from local.aws.template import Schedule, read_template

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INPUT = '{"scheduled_at": "<aws.scheduler.scheduled-time>"}'


@pytest.mark.parametrize(
    ("expression", "meaning"),
    [
        ("rate(1 hour)", Rate(timedelta(hours=1))),
        ("rate(5 minutes)", Rate(timedelta(minutes=5))),
        ("rate(2 days)", Rate(timedelta(days=2))),
        ("cron(30 3 * * ? *)", Daily(hour=3, minute=30)),
    ],
)
def test_expressions_are_understood(expression: str, meaning: object) -> None:
    assert timing(expression) == meaning


@pytest.mark.parametrize("expression", ["rate(1 week)", "cron(0 12 ? * MON *)", "at(2026-01-01)"])
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(UnknownExpression, match="use rate"):
        timing(expression)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOON, NOON + timedelta(hours=15, minutes=30)),
        (NOON - timedelta(hours=10), NOON - timedelta(hours=8, minutes=30)),
        (NOON - timedelta(hours=8, minutes=30), NOON + timedelta(hours=15, minutes=30)),
    ],
)
def test_a_daily_schedule_fires_at_its_time(now: datetime, due: datetime) -> None:
    assert Daily(hour=3, minute=30).after(now) == due


def test_every_schedule_of_the_template_can_run() -> None:
    template = read_template({"Stage": "dev", "DatabaseUrl": "postgresql:///none"})
    assert [timing(schedule.expression) for schedule in template.schedules]


def test_rates_start_at_once_with_the_time_of_the_exchange() -> None:
    started: list[tuple[str, str]] = []
    both = threading.Barrier(3, timeout=5)

    def start(target: str, text: str) -> None:
        started.append((target, text))
        both.wait()  # one target that is not over yet does not keep the other from starting

    schedules = [Schedule(target, "rate(1 hour)", INPUT) for target in ("Cycle", "Prices")]
    scheduler = Scheduler(schedules, start, lambda: NOON)
    scheduler.open()
    both.wait()
    scheduler.close()
    text = '{"scheduled_at": "2026-03-02T12:00:00Z"}'
    assert sorted(started) == [("Cycle", text), ("Prices", text)]


def test_closing_does_not_wait_for_the_next_time() -> None:
    started: list[tuple[str, str]] = []
    schedule = Schedule("Daily", "cron(30 3 * * ? *)", "{}")
    scheduler = Scheduler([schedule], lambda *run: started.append(run), lambda: NOON)
    scheduler.open()
    assert "Daily" in {thread.name for thread in threading.enumerate()}
    scheduler.close()
    assert "Daily" not in {thread.name for thread in threading.enumerate()}
    assert started == []
