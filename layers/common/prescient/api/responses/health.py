"""What clients see of how current the system is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from prescient.api.models import Model


class NewestBatch(Model):
    """The newest complete fetch of the exchange; `age_seconds` is by the system's clock."""

    batch_id: int
    completed_at: datetime
    age_seconds: int


class HealthStatus(StrEnum):
    """`starting` until price updates and cycles have ended once; `late` when either is overdue."""

    OK = "ok"
    STARTING = "starting"
    LATE = "late"


class RegularWork(Model):
    """When work that is done at intervals last ended well; null before the first time.

    It `is_late` once its end, or before the first time the oldest portfolio, is more than
    `late_after_seconds` old.
    """

    ended_at: datetime | None
    age_seconds: int | None
    late_after_seconds: int
    is_late: bool


class Health(Model):
    """All that needs no token."""

    status: Literal["ok", "not_ok"]


class HealthDetails(Model):
    """`clock` is the system's time, which in a simulation is the exchange's."""

    status: HealthStatus
    schema_version: str
    clock: datetime
    newest_batch: NewestBatch | None
    price_update: RegularWork
    cycle: RegularWork
