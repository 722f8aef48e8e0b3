"""The base of the answers that can also be sent as a table (CSV)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import cast, get_args, get_origin

from prescient.api.csv_tables import Row
from prescient.api.models import Model


class TableAnswer(Model):
    """An answer with rows, sent as JSON or, where `Accept` asks for it, as CSV."""

    @classmethod
    @abstractmethod
    def row(cls) -> type[Row]:
        """The model of the rows."""

    @abstractmethod
    def rows(self) -> Sequence[Row]:
        """The rows of the table."""


class PageAnswer(TableAnswer):
    """A page of a list; `next` is the URL of the one after it, null on the last."""

    message: str
    next: str | None

    @classmethod
    def row(cls) -> type[Row]:
        """The model of the rows."""
        return cls._listed()[1]

    def rows(self) -> Sequence[Row]:
        """The rows, whatever the answer calls them."""
        return cast(Sequence[Row], getattr(self, self._listed()[0]))

    @classmethod
    def _listed(cls) -> tuple[str, type[Row]]:
        """The name and the model of the one field that is a list."""
        [listed] = (
            (name, get_args(field.annotation)[0])
            for name, field in cls.model_fields.items()
            if get_origin(field.annotation) is list
        )
        return listed
