"""What clients get when a request fails."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel


class Detail(BaseModel):
    """One broken rule."""

    field: str
    rule: str

    @classmethod
    def of(cls, problem: str) -> Self:
        """From `field: rule`."""
        field, _, rule = problem.partition(": ")
        return cls(field=field, rule=rule)


class ErrorBody(BaseModel):
    """`code` is for programs, `message` for people; `details` name each field and its rule."""

    code: str
    message: str
    details: list[Detail] = []
    request_id: str
