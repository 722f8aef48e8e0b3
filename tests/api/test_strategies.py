"""A configuration can be checked before a portfolio has it."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from prescient.core.strategies import registry
from tests.api.client import Client, sample

KEYS = registry.STRATEGIES["momentum"].configuration.model_fields.keys()


def test_a_valid_configuration_is_shown_with_its_defaults(offline: Client) -> None:
    answer = offline.send(sample("validate_configuration"))
    assert answer.status == 200
    assert answer.json["strategy_config"] == {"min_confidence": D("0.8")}
    assert answer.json["effective"].keys() == KEYS
    assert answer.json["effective"]["trade_amount"] == 100


@pytest.mark.parametrize(
    ("values", "field", "rule"),
    [
        ({"min_confidance": 1}, "strategy_config.min_confidance", "is not known; known are "),
        ({"min_confidence": 2}, "strategy_config.min_confidence", "must be at most 1"),
        (
            {"min_conviction": 0.9, "max_conviction": 0.1},
            "strategy_config.min_conviction",
            "nothing could trade",
        ),
    ],
)
def test_what_breaks_a_rule_is_named(
    offline: Client, values: dict[str, object], field: str, rule: str
) -> None:
    body = {"strategy_config": values}
    answer = offline.post("/strategies/momentum/validate", body)
    assert answer.status == 422
    assert rule in answer.rules[field]


def test_an_unknown_strategy(offline: Client) -> None:
    answer = offline.post("/strategies/astrology/validate", {})
    assert (answer.status, answer.json["code"]) == (404, "strategy_not_found")
    assert answer.rules == {"strategy_type": "no strategy 'astrology' exists"}
