"""Creates the portfolios of `make run` through the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Request

from local.aws.gateway import Gateway

INITIAL_BALANCE = 10_000


class CreationRefused(Exception):
    """The API did not create a portfolio; the message is its answer."""


def create_missing(
    gateway: Gateway, wanted: Sequence[Mapping[str, Any]], existing: Collection[str]
) -> list[str]:
    """Create the portfolios whose names are not in `existing`; return the new names."""
    created = [portfolio for portfolio in wanted if portfolio["name"] not in existing]
    for portfolio in created:
        _create(gateway, portfolio)
    return [portfolio["name"] for portfolio in created]


def _create(gateway: Gateway, portfolio: Mapping[str, Any]) -> None:
    wanted = {"initial_balance": INITIAL_BALANCE, **portfolio}
    request = Request.from_values("/portfolios/create", method="POST", json=wanted)
    response = gateway.respond(request)
    if response.status_code >= 400:  # noqa: PLR2004 (client and server errors)
        answer = response.get_data(as_text=True)
        raise CreationRefused(f"{portfolio['name']}: {response.status_code} {answer}")
