"""The base of the models of requests and answers.

What is shown by the hundred is a `TypedDict` and no model, since to validate a row takes longer
than to read it: mypy checks what it is made of, and its list is left alone (`SkipValidation`).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Built when first used: of 150 models an environment uses those of the routes it answers."""

    model_config = ConfigDict(defer_build=True)


class FromAttributes(Model):
    """What is shown of an object that has these attributes: a row of the store, or a result."""

    model_config = ConfigDict(from_attributes=True)
