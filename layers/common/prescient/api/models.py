"""The base of the models of requests and answers."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Built when first used: of 150 models an environment uses those of the routes it answers."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def of_known(cls, values: dict[str, Any]) -> Self:
        """Make one of values that have the types and the order of its fields, as unpickling does.

        For what is shown by the hundred: to validate a row takes longer than to read it.
        """
        made = cls.__new__(cls)
        _set(made, "__dict__", values)
        _set(made, "__pydantic_fields_set__", set(values))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


_set = object.__setattr__
