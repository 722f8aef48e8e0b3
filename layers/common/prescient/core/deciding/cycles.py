"""Cycles: how they begin, and how far they are."""

from __future__ import annotations

from enum import StrEnum

Funnel = dict[str, int]
"""How many candidates, then decisions, each stage of a portfolio's deciding left over."""


class CycleKind(StrEnum):
    """What opened a cycle: the schedule, a request over HTTP, or a `filter` run by itself."""

    SCHEDULED = "scheduled"
    API = "api"
    MANUAL = "manual"


class CycleStatus(StrEnum):
    """A cycle is `running` until it is closed, as `failed` where an error ended it."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class CyclePortfolioStatus(StrEnum):
    """What a cycle does for one of its portfolios: `running` is the claim of the portfolio.

    `skipped` when another cycle ran it, or when it could not run any more.
    """

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
