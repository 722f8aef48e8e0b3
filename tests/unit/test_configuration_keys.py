"""Every key of every `strategy_config` does something, and `tests/unit/keys` shows what.

A key without a row fails, and so does a row without a key.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal as D

import pytest
from pydantic import BaseModel

from prescient.core.deciding.decisions import decide
from prescient.core.errors import InvalidRequest
from prescient.core.strategies import registry
from tests.builders import view
from tests.unit.keys import common, own
from tests.unit.keys.table import ROWS, opportunity

MODULES_WITH_ROWS = (common, own)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The keys of a model; those of a model within it behind a dot."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


KEYS = [
    (name, key)
    for name, strategy in registry.STRATEGIES.items()
    for key in _keys(strategy.configuration)
]


@pytest.mark.parametrize(("strategy_type", "key"), KEYS)
def test_every_key_has_an_effect(strategy_type: str, key: str) -> None:
    rows = [ROWS[name] for name in (key, f"{strategy_type}:{key}") if name in ROWS]
    assert rows, (
        f"no row shows what {strategy_type}'s {key} does: "
        f'write one in tests/unit/keys/own.py under @shows("{strategy_type}:{key}")'
    )
    for row in rows:
        row(strategy_type)


def test_every_row_has_its_key() -> None:
    known = {key for _, key in KEYS} | {f"{name}:{key}" for name, key in KEYS}
    assert set(ROWS) <= known


@pytest.mark.parametrize("strategy_type", registry.STRATEGIES)
def test_a_strategy_that_looks_back_says_so(strategy_type: str) -> None:
    """Otherwise no feature is computed for it."""
    for hours in (6, 336):
        if "lookback_hours" in registry.find(strategy_type).configuration.model_fields:
            needs = registry.configuration(strategy_type, {"lookback_hours": hours}).history_needs()
            assert hours in {need.lookback_hours for need in needs}


NO_NUMBERS = [
    "1_0", "１", " 1", "1 ", "+1", "1e0", "1.", ".5", "", "0x1", "NaN", "Infinity", "-Infinity",
    True, False, D("NaN"), D("Infinity"), float("nan"), float("inf"), [1], {"number": 1},
]  # fmt: skip
WORDS = {"market_types"}


@pytest.mark.parametrize(("strategy_type", "key"), KEYS)
def test_a_number_is_read_as_strictly_as_money(strategy_type: str, key: str) -> None:
    for written in NO_NUMBERS if key not in WORDS else ():
        with pytest.raises(InvalidRequest) as refused:
            registry.configuration(strategy_type, _nested(key, written))
        assert f"strategy_config.{key}: " in str(refused.value), written


def _nested(key: str, value: object) -> dict[str, object]:
    for name in reversed(key.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("strategy_type", registry.STRATEGIES)
def test_a_decimal_string_is_its_number(strategy_type: str) -> None:
    written = {"min_confidence": "0.80", "trade_amount": "40.50"}
    read = registry.configuration(strategy_type, written)
    assert (read.min_confidence, read.trade_amount) == (D("0.8"), D("40.5"))


@pytest.mark.parametrize("strategy_type", registry.STRATEGIES)
def test_the_example_of_the_plan_is_valid_for_every_strategy(strategy_type: str) -> None:
    example = {
        "min_confidence": 0.75,
        "max_position_size": 500,
        "market_types": ["politics", "crypto"],
        "min_liquidity": 50000,
        "min_volume": 100000,
        "risk_per_trade": 0.02,
        "stop_loss_percentage": 0.15,
        "take_profit_percentage": 0.25,
        "rebalance_threshold": 0.10,
    }
    parsed = registry.configuration(strategy_type, example)
    assert parsed.model_dump(exclude_unset=True).keys() == example.keys()
    deep = replace(opportunity(strategy_type), liquidity=D(10**6))
    assert decide(registry.find(strategy_type), parsed, [deep], view()).signals
