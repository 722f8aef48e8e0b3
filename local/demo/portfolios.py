"""Creates the portfolios of `make run` through the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from local.aws.stack import Stack

INITIAL_BALANCE = 10_000


class CreationRefused(Exception):
    """The API did not create a portfolio; the message is its answer."""


def create_missing(
    stack: Stack, wanted: Sequence[Mapping[str, Any]], existing: Mapping[str, int]
) -> list[str]:
    """Create the portfolios whose names are not in `existing`; return the new names.

    `existing` has the ids by name. A twin comes after the portfolio that it is cloned from.
    """
    known, created = dict(existing), []
    for portfolio in wanted:
        if portfolio["name"] not in known:
            known[portfolio["name"]] = _create(stack, portfolio, known)
            created.append(portfolio["name"])
    return created


def _create(stack: Stack, portfolio: Mapping[str, Any], known: Mapping[str, int]) -> int:
    path, wanted = "/portfolios/create", {"initial_balance": INITIAL_BALANCE, **portfolio}
    if "twin_of" in portfolio:
        path = f"/portfolios/{known[portfolio['twin_of']]}/clone"
        wanted = {key: value for key, value in portfolio.items() if key != "twin_of"}
    response = stack.call("POST", path, wanted)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        answer = response.get_data(as_text=True)
        raise CreationRefused(f"{portfolio['name']}: {response.status_code} {answer}")
    created: int = response.get_json()["portfolio_id"]
    return created
