"""JSON Schema as strict as the server: what generators leave out of bounds and numbers as texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WORDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_MOST_DECIMALS = 6
LARGEST = 10**13
WITHOUT_NUL = r"^[^\u0000]*$"
"""What a text of a request may be: Postgres has no NUL."""
CENT = 0.01


def tidy(node: Any) -> Any:
    """Return a document in the words of JSON Schema, and its texts as bound as its numbers."""
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, dict):
        return int(node) if isinstance(node, float) and node.is_integer() else node
    found = {_WORDS.get(key, key): tidy(value) for key, value in node.items()}
    if found.get("type") == "string" and "maxLength" in found:
        found.setdefault("pattern", WITHOUT_NUL)
    if found.get("items") == {"type": "string"} and "default" in found:
        found["items"]["pattern"] = WITHOUT_NUL  # of a request: answers have no defaults
    choices = found.get("anyOf")
    if isinstance(choices, list):
        numbers = [choice for choice in choices if _is_bounded_number(choice)]
        for choice in choices:
            if choice == {"type": "string"} and numbers:
                choice["pattern"] = decimal_form(numbers[0])
    return found


def _is_bounded_number(schema: dict[str, Any]) -> bool:
    """Whether it is a number of a request: a text beside another one need not be a number."""
    return schema.get("type") == "number" and not schema.keys().isdisjoint(_WORDS.values())


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what may be absent but never null: a parameter of a query, a header."""
    choices = schema.get("anyOf", [])
    others = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "title")}
    if len(others) == 1 and len(others) < len(choices):
        return {**others[0], **rest}
    return {**rest, "anyOf": others} if others else rest


def decimal_form(bounds: dict[str, Any]) -> str:
    """Return the pattern of decimals within the bounds of a number, with at most six decimals.

    A least number is 0 or a negative one that is also the largest; a power of ten may be the least
    above 0.
    """
    most, excluded = bounds.get("maximum"), bounds.get("exclusiveMaximum")
    wholes = "|".join(_below(int(most if most is not None else excluded or LARGEST)))
    decimals = 2 if bounds.get("multipleOf") == CENT else _MOST_DECIMALS
    forms = [f"({wholes})(\\.[0-9]{{1,{decimals}}})?"]
    if most is not None:
        forms.append(f"{int(most)}(\\.0{{1,{decimals}}})?")
    least = bounds.get("minimum", 0)
    sign = "-?" if least < 0 else ""
    positive = "(?=.*[1-9])" if "exclusiveMinimum" in bounds else ""
    if 0 < least < 1:
        zeros = len(f"{least:.6f}".split(".")[1].rstrip("0")) - 1
        positive = f"(?=[1-9]|0\\.0{{0,{zeros}}}[1-9])"
    return f"^{sign}{positive}({'|'.join(forms)})$"


def _below(limit: int) -> Iterator[str]:
    """Yield patterns of the whole numbers from 0 to one below the limit, without leading zeros."""
    digits = str(limit)
    if limit > 0:
        yield "0"
    if len(digits) > 1:
        yield f"[1-9][0-9]{{0,{len(digits) - 2}}}"
    for place, digit in enumerate(digits):
        least = 1 if place == 0 else 0
        if int(digit) > least:
            rest = len(digits) - place - 1
            tail = f"[0-9]{{{rest}}}" if rest else ""
            yield f"{digits[:place]}[{least}-{int(digit) - 1}]{tail}"
