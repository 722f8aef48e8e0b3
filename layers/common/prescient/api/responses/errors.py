"""What clients get when a request fails."""

from __future__ import annotations

from typing import Self

from prescient.api.models import Model

LONGEST_FIELD = 200
LONGEST_RULE = 2000


class Detail(Model):
    """One broken rule; what is longer is cut off."""

    field: str
    rule: str

    @classmethod
    def of(cls, problem: str) -> Self:
        """From `field: rule`."""
        field, _, rule = problem.partition(": ")
        return cls(field=field[:LONGEST_FIELD], rule=rule[:LONGEST_RULE])


class ErrorBody(Model):
    """`code` is for programs, `message` for people; `details` name each field and its rule.

    Where an input breaks more than 100 rules they are the first 100.
    """

    code: str
    message: str
    details: list[Detail] = []  # noqa: RUF012 (pydantic copies it)
    request_id: str
