"""An example of every operation: of its parameters, its body and its answers, and of an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prescient.api.media_types import CSV, JSON

Answers = dict[str, dict[str, Any]]
"""Of each operation the example by status, and that of the table by `text/csv`."""
ANSWERS = Path(__file__).with_name("example_answers.json")
PARAMETERS: dict[str, object] = {
    "after": 400,
    "closed": False,
    "confirm": "A mistake",
    "cycle_id": 1,
    "dry_run": True,
    "event_id": "903190",
    "event_min_liquidity": "20000",
    "event_min_volume": "50000",
    "ids": "1,2",
    "limit": 2,
    "market_id": "512340",
    "max_market_conviction": "0.6",
    "min_liquidity": "20000",
    "min_market_conviction": "0.5",
    "min_volume": "50000",
    "portfolio_id": 1,
    "position_id": 1,
    "purge": False,
    "shared_depth": True,
    "sort": "-total_value",
    "strategy_type": "momentum",
    "tag": "lab",
    "version": 1,
    "idempotency-key": "2026-03-02-noon",
    "if-match": '"1"',
}
OWN_PARAMETERS: dict[str, dict[str, object]] = {
    "delete_portfolio": {"portfolio_id": 4},
    "get_cycle": {"status": "completed"},
    "list_exits": {"kind": "stop_loss"},
    "list_funnels": {"status": "completed"},
    "list_ledger": {"kind": "deposit"},
    "list_portfolios": {"status": "active"},
    "list_positions": {"status": "open"},
    "list_signals": {"status": "executed"},
    "list_trades": {"status": "open"},
    "write_off_position": {"position_id": 4},
}
"""What a parameter is in one operation."""
BOUNDS: dict[str, dict[str, object]] = {
    "from": {"integer": 1, "date": "2026-03-01", "date-time": "2026-03-01T00:00:00Z"},
    "to": {"integer": 2, "date": "2026-04-01", "date-time": "2026-04-01T00:00:00Z"},
}
BODIES: dict[str, dict[str, Any]] = {
    "create_portfolio": {
        "name": "Aggressive Momentum",
        "description": "High-risk momentum strategy",
        "strategy_type": "momentum",
        "initial_balance": 50000.0,
        "strategy_config": {"min_confidence": 0.8, "stop_loss_percentage": "0.2"},
        "max_position_size": 1000,
        "max_total_exposure": "20000.00",
    },
    "update_portfolio": {"status": "paused", "max_total_exposure": 15000},
    "clone_portfolio": {
        "name": "Aggressive Momentum, slower",
        "changed": {"key": "strategy_config.lookback_hours", "value": 168},
        "reason": "Is a week of the past enough?",
    },
    "deposit": {"amount": 500, "reason": "More for it"},
    "withdraw": {"amount": "120.50", "reason": "It has too much"},
    "transfer": {
        "from_portfolio_id": 1,
        "to_portfolio_id": 2,
        "amount": 250.5,
        "reason": "It does better",
    },
    "rebalance": {"targets": "equal"},
    "pause_portfolio": {"reason": "The election is near"},
    "reactivate_portfolio": {"reason": "It is over", "resets": "peak"},
    "archive_portfolio": {"reason": "The experiment is over", "liquidate": True},
    "pause_all_portfolios": {"reason": "The exchange looks odd"},
    "reactivate_all_portfolios": {"reason": "It does not"},
    "restore_configuration": {"reason": "It was better"},
    "close_position": {"reason": "The news is out", "shares": "50.00"},
    "write_off_position": {"reason": "Its market will never be resolved"},
    "validate_configuration": {"strategy_config": {"min_confidence": 0.8}},
}
ERROR = {
    "code": "portfolio_not_found",
    "message": "portfolio_id: no portfolio 7 exists",
    "details": [{"field": "portfolio_id", "rule": "no portfolio 7 exists"}],
    "request_id": "7e752b85-68e6-4ec1-ab06-3a605fdb77d0",
}


def add_examples(described: dict[str, Any]) -> None:
    """Add them to a document, in place."""
    described["components"]["schemas"]["ErrorBody"]["examples"] = [ERROR]
    answers: Answers = json.loads(ANSWERS.read_text("utf-8"))
    answers["get_openapi"] = {
        "200": {name: described[name] for name in ("openapi", "info")}
        | {"paths": {}, "components": {}}
    }
    for methods in described["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                example = _of_parameter(operation["operationId"], parameter)
                if example is not None:
                    parameter["example"] = example
            if "requestBody" in operation:
                example = BODIES[operation["operationId"]]
                for content in operation["requestBody"]["content"].values():
                    content["example"] = example
            told = answers.get(answered_by(operation), {})
            _add_answers(operation, told)
            _add_cursor(operation, told.get("200", {}))


def answered_by(operation: Mapping[str, Any]) -> str:
    """Return the name under which its answers are kept: one for both methods of a route."""
    name: str = operation["operationId"]
    return name.removesuffix("_by_get").removesuffix("_by_post")


def _of_parameter(operation: str, parameter: Mapping[str, Any]) -> object:
    name = parameter["name"]
    if name in BOUNDS:
        return BOUNDS[name][parameter["schema"].get("format", "integer")]
    return OWN_PARAMETERS.get(operation, {}).get(name, PARAMETERS.get(name))


def _add_answers(operation: dict[str, Any], answers: Mapping[str, Any]) -> None:
    for status, example in answers.items():
        if status == CSV:
            operation["responses"]["200"]["content"][CSV]["example"] = example
        else:
            operation["responses"][status]["content"][JSON]["example"] = example


def _add_cursor(operation: dict[str, Any], answer: Mapping[str, Any]) -> None:
    """Where the page after the example's begins."""
    following = parse_qs(urlsplit(answer.get("next") or "").query)
    for parameter in operation.get("parameters", []):
        if parameter["name"] == "cursor" and "cursor" in following:
            [cursor] = following["cursor"]
            is_number = parameter["schema"]["type"] == "integer"
            parameter["example"] = int(cursor) if is_number else cursor
