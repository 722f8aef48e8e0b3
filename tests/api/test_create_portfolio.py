"""POST /portfolios/create."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from prescient.core.portfolio.portfolios import Limits, PortfolioId
from tests.api.client import BECAUSE, Client, portfolio, sample

D = Decimal


def test_the_seeds_example(client: Client) -> None:
    answer = client.send(sample("create_portfolio"))
    assert answer.status == 200
    assert answer.json == {"portfolio_id": 1, "message": "Portfolio created successfully"}
    created = client.world.state(PortfolioId(1))
    assert (created.name, created.description, created.strategy_type) == (
        "Aggressive Momentum",
        "High-risk momentum strategy",
        "momentum",
    )
    assert created.current_balance == created.initial_balance == D("50000.00")
    assert created.strategy_config == {"min_confidence": D("0.8"), "max_position_size": 1000}
    assert created.limits == Limits(D(1000), D(20000), 20)
    assert created.created_at == client.world.clock.now


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10000", D("10000.00")),
        ("0.01", D("0.01")),
        ("12345678901.99", D("12345678901.99")),  # 0.99 would not survive a single-precision float
        ("999999999999.99", D("999999999999.99")),
        ('"10000.10"', D("10000.10")),
        ('"7"', D("7.00")),
        ("1e4", D("10000.00")),
        ("10000.000", D("10000.00")),
    ],
)
def test_money_never_passes_through_binary_rounding(
    client: Client, written: str, meant: Decimal
) -> None:
    body = f'{{"name": "m", "strategy_type": "momentum", "initial_balance": {written}}}'
    assert client.post("/portfolios/create", body).status == 200
    assert client.world.state(PortfolioId(1)).initial_balance == meant
    assert f'"initial_balance":{meant},' in client.get("/portfolios/1").text


BAD_AMOUNTS = [
    ("0", "must be above 0"),
    ("-5", "must be above 0"),
    ("0.001", "at most two decimals"),
    ('"0.001"', "at most two decimals"),
    ("10000000000000", "must be below"),
    ("true", "must be a number or a decimal string"),
    ("[1]", "must be a number or a decimal string"),
    ('{"dollars": 1}', "must be a number or a decimal string"),
    ('"ten"', "must be a number or a decimal string"),
    ('"1_000"', "must be a number or a decimal string"),
    ('"１"', "must be a number or a decimal string"),
    ('" 5"', "must be a number or a decimal string"),
    ('"NaN"', "must be a number or a decimal string"),
    ('"1e4"', "must be a number or a decimal string"),
    ('""', "must be a number or a decimal string"),
]


@pytest.mark.parametrize("field", ["initial_balance", "max_position_size", "max_total_exposure"])
@pytest.mark.parametrize(("written", "rule"), BAD_AMOUNTS)
def test_bad_amounts_are_refused_by_name(
    offline: Client, field: str, written: str, rule: str
) -> None:
    amounts = {"initial_balance": "100", field: written}
    given = "".join(f', "{name}": {amount}' for name, amount in amounts.items())
    answer = offline.post(
        "/portfolios/create", f'{{"name": "m", "strategy_type": "momentum"{given}}}'
    )
    assert answer.status == 422
    assert answer.json["code"] == "invalid_request"
    assert list(answer.rules) == [field]
    assert rule in answer.rules[field]


BAD_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "name", "must not be empty"),
    ({"name": "   "}, "name", "must not begin or end with a space"),
    ({"name": " a"}, "name", "must not begin or end with a space"),
    ({"name": "a\u00a0"}, "name", "must not begin or end with a space"),
    ({"name": "x" * 256}, "name", "at most 255 characters"),
    ({"name": 7}, "name", "must be a text"),
    ({"name": None}, "name", "must be a text"),
    ({"description": ["x"]}, "description", "must be a text"),
    ({"description": "x" * 2001}, "description", "at most 2000 characters"),
    ({"strategy_type": "astrology"}, "strategy_type", "'astrology' is not one of momentum"),
    ({"strategy_type": None}, "strategy_type", "must be a text"),
    ({"initial_balance": None}, "initial_balance", "must be a number or a decimal string"),
    ({"max_positions": 0}, "max_positions", "must be above 0"),
    ({"max_positions": True}, "max_positions", "must be a whole number"),
    ({"max_positions": "3"}, "max_positions", "must be a whole number"),
    ({"max_positions": 2.5}, "max_positions", "must be a whole number"),
    ({"max_positions": 2**31}, "max_positions", "must be at most 2147483647"),
    ({"strategy_config": []}, "strategy_config", "must be an object"),
    (
        {"strategy_config": {"min_confidance": 1}},
        "strategy_config.min_confidance",
        "known are cooldown_hours, ",
    ),
    (
        {"strategy_config": {"min_confidence": 2}},
        "strategy_config.min_confidence",
        "must be at most 1",
    ),
    ({"strategy_config": {"min_confidence": True}}, "strategy_config.min_confidence", "decimal"),
    (
        {"strategy_config": {"take_profit_percentage": "1e999999"}},
        "strategy_config.take_profit_percentage",
        "must be a number or a decimal string",
    ),
    ({"strategy_config": {"lookback_hours": 5}}, "strategy_config.lookback_hours", "6, 24"),
    (
        {"strategy_config": {"min_conviction": 0.9, "max_conviction": 0.1}},
        "strategy_config.min_conviction",
        "0.9 is above max_conviction 0.1",
    ),
    ({"current_balance": 1}, "current_balance", "must be the initial_balance, or absent"),
    ({"status": "paused"}, "status", "must be 'active'"),
]


@pytest.mark.parametrize(("change", "field", "rule"), BAD_FIELDS)
def test_bad_fields_are_refused_by_name(
    offline: Client, change: dict[str, Any], field: str, rule: str
) -> None:
    answer = offline.post("/portfolios/create", portfolio(**change))
    assert answer.status == 422
    assert rule in answer.rules[field]


def test_every_bad_field_is_listed_at_once(offline: Client) -> None:
    answer = offline.post("/portfolios/create", {"name": 1, "initial_balance": False, "more": 2})
    assert set(answer.rules) == {"name", "strategy_type", "initial_balance", "more"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Same", "Same"),
        ("Same", "sAME"),
        ("Same", "Ｓａｍｅ"),
        ("Straße", "STRASSE"),
        ("Café", "Cafe\u0301"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁnal", "FINAL"),
        ("two words", "two\u00a0words"),
        ("❤", "❤\ufe0f"),
    ],
)
def test_a_name_that_looks_the_same_is_taken(client: Client, first: str, second: str) -> None:
    client.create(name=first)
    answer = client.post("/portfolios/create", portfolio(name=second))
    assert (answer.status, answer.json["code"]) == (409, "name_taken")
    assert repr(second) in answer.json["message"]
    assert client.create(name=f"{second} 2")


@pytest.mark.parametrize(
    "letter",
    ["\u200b", "\u00ad", "\u202e", "\u2066", "\ufeff", "\n", "\x7f", "\u2028", "\u2029", "\u3164",
     "\u0378", "\ue000"],
)  # fmt: skip
def test_a_name_shows_all_that_it_holds(offline: Client, letter: str) -> None:
    answer = offline.post("/portfolios/create", portfolio(name=f"a{letter}b"))
    assert answer.status == 422
    assert answer.rules["name"] == f"holds an invisible character, U+{ord(letter):04X}, at place 2"


def test_a_name_keeps_its_length_when_its_letters_are_split(offline: Client) -> None:
    answer = offline.post("/portfolios/create", portfolio(name="\ufdfa" * 15))
    assert answer.rules["name"] == "must have at most 255 characters once ligatures are split"


def test_a_repeated_request_gets_the_first_ones_answer(client: Client) -> None:
    headers = {"idempotency-key": "a-1"}
    config = {"min_confidence": 0.8, "trade_amount": 50}
    first = client.post("/portfolios/create", portfolio(strategy_config=config), headers=headers)
    other_order = dict(reversed(config.items()))
    written_otherwise = portfolio(strategy_config=other_order, initial_balance="10000.00")
    again = client.post("/portfolios/create", written_otherwise, headers=headers)
    assert (first.status, first.json) == (again.status, again.json) == (200, first.json)
    assert len(client.world.rows("SELECT * FROM portfolios")) == 1


def test_a_key_with_another_body_is_a_conflict(client: Client) -> None:
    headers = {"Idempotency-Key": "a-1"}
    client.post("/portfolios/create", portfolio(), headers=headers)
    answer = client.post("/portfolios/create", portfolio(name="Two"), headers=headers)
    assert (answer.status, answer.json["code"]) == (409, "idempotency_conflict")
    assert len(client.world.rows("SELECT * FROM portfolios")) == 1


def test_a_request_that_failed_leaves_its_key_free(client: Client) -> None:
    client.create(name="Taken")
    headers = {"idempotency-key": "a-1"}
    refused = client.post("/portfolios/create", portfolio(name="Taken"), headers=headers)
    assert refused.status == 409
    assert client.post("/portfolios/create", portfolio(name="Free"), headers=headers).status == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a b"])
def test_a_bad_key_is_refused(offline: Client, key: str) -> None:
    headers = {"idempotency-key": key}
    answer = offline.post("/portfolios/create", portfolio(), headers=headers)
    assert answer.status == 422
    rule = "must be 1 to 255 visible characters of ASCII, without a space"
    assert answer.rules == {"idempotency-key": rule}


def test_two_requests_at_once_with_one_key(client: Client) -> None:
    """The second waits for the first one's transaction."""
    twin = Client(client.world)
    headers = {"idempotency-key": "a-1"}
    answers: list[Any] = []

    def create(own: Client) -> None:
        answers.append(own.post("/portfolios/create", portfolio(), headers=headers).json)

    callers = [threading.Thread(target=create, args=(own,)) for own in (client, twin)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    twin.environment.close()
    assert answers[0] == answers[1]
    assert len(client.world.rows("SELECT * FROM portfolios")) == 1


def test_the_balance_is_bounded_well_below_its_column(client: Client) -> None:
    refused = client.post("/portfolios/create", portfolio(initial_balance="1000000000000.01"))
    assert refused.status == 422
    assert "1000000000000 dollars" in refused.rules["initial_balance"]
    body = portfolio(initial_balance="1000000000000.00")
    portfolio_id = client.post("/portfolios/create", body).json["portfolio_id"]
    flow = client.post(f"/portfolios/{portfolio_id}/deposit", {"amount": "0.01", **BECAUSE})
    assert flow.status == 422
    assert "1000000000000 dollars" in flow.rules["amount"]
    giver = client.create(name="Giver")
    transfer = {
        "from_portfolio_id": giver,
        "to_portfolio_id": portfolio_id,
        "amount": "0.01",
        **BECAUSE,
    }
    assert client.post("/portfolios/transfer", transfer).status == 422
    assert client.world.breaks() == []
