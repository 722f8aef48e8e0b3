"""JSON in which no number is ever a float: amounts go out as they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pydantic import BaseModel


def encode(value: object) -> str:
    """The JSON of a response model, or of what it is made of."""
    match value:
        case BaseModel():
            return encode(value.model_dump())
        case Decimal():
            return f"{value:f}"
        case date():  # a datetime is one
            return json.dumps(value.isoformat())
        case Mapping():
            return "{" + ",".join(f"{json.dumps(k)}:{encode(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value)
