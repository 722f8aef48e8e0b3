"""The base of the models of requests and answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Built when first used: of 150 models an environment uses those of the routes it answers."""

    model_config = ConfigDict(defer_build=True)
