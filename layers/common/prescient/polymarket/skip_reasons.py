"""Why a row of the exchange is left out."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class SkipReason(StrEnum):
    """The first rule that a row broke; docs/market-data.md explains each."""

    MALFORMED = "malformed"
    MISSING_ID = "missing_id"
    MISSING_QUESTION = "missing_question"
    PLACEHOLDER = "placeholder"
    NOT_BINARY = "not_binary"
    BAD_QUOTE = "bad_quote"
    CROSSED_QUOTE = "crossed_quote"
    BAD_OUTCOME_PRICES = "bad_outcome_prices"
    WITHOUT_PRICES = "without_prices"
    BAD_FEE_SCHEDULE = "bad_fee_schedule"
    BAD_NUMBER = "bad_number"
    BAD_BOOK = "bad_book"
    CROSSED_BOOK = "crossed_book"
    CONTRADICTED_BOOK = "contradicted_book"
    LEVEL_AT_LIMIT = "level_at_limit"
    BAD_HISTORY_POINT = "bad_history_point"
    NOT_REQUESTED = "not_requested"
    EXCHANGE_ERROR = "exchange_error"
    UNSTORABLE = "unstorable"
    EVENT_MALFORMED = "event_malformed"
    EVENT_MISSING_ID = "event_missing_id"


class RowSkipped(Exception):
    """This row is left out; the others are not affected."""

    def __init__(self, reason: SkipReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


Refusal = Callable[[SkipReason], None]
"""What is done about a value that cannot be read. If it returns, the value is left out."""


def skip_row(reason: SkipReason) -> None:
    """Leave the row out. Raises `RowSkipped`."""
    raise RowSkipped(reason)


def keep_row(_: SkipReason) -> None:
    """Keep the row, and say nothing of what it lacks."""
