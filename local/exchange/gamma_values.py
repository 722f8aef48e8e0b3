"""How Gamma writes moments, prices and lists."""

from __future__ import annotations

import json
from datetime import datetime

from local.exchange.web import decimal_text


def outcome_prices(yes: float) -> str:
    """Write the prices of both outcomes as JSON in a text."""
    return json.dumps([decimal_text(yes), decimal_text(1 - yes)])


def seconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def microseconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def spaced(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}+00"
