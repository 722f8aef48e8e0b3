"""The rules that an input breaks, in words for users: those of pydantic are for programmers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = "must be a text"
_WHOLE = "must be a whole number"
_NUMBER = "must be a number or a decimal string"
_FLAG = "must be true or false"
_LIST = "must be a list"
_OBJECT = "must be an object"
A_DAY = "must be a day, such as 2026-01-31"
A_MOMENT = "must be a moment with its time zone, such as 2026-01-31T12:00:00Z"
_ANYTHING = "is not valid"
_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not known",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must have the form {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} decimals",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "none_required": "must be null",
    "date_type": A_DAY,
    "date_parsing": A_DAY,
    "date_from_datetime_parsing": A_DAY,
    "date_from_datetime_inexact": A_DAY,
    "datetime_type": A_MOMENT,
    "datetime_parsing": A_MOMENT,
    "datetime_from_date_parsing": A_MOMENT,
    "datetime_object_invalid": A_MOMENT,
    "timezone_aware": A_MOMENT,
}


class BrokenRule(ValueError):
    """Raised by a validator of a whole model: the field that is wrong, and the rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field = field


def rule(found: Mapping[str, Any]) -> str:
    """Return the rule that an error of pydantic states, without the field."""
    context = found.get("ctx", {})
    if found["type"] in {"value_error", "assertion_error"}:
        return str(context.get("error", _ANYTHING))
    if context.get("min_length") == 1:
        return "must not be empty"
    return _RULES.get(found["type"], _ANYTHING).format_map(context)


def location(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the error is, key by key; a model's validator may name its field."""
    keys = tuple(map(str, found["loc"]))
    error = found.get("ctx", {}).get("error")
    return (*keys, error.field) if isinstance(error, BrokenRule) else keys
