"""An example of every operation: of its parameters, of its body, and of an error."""

from __future__ import annotations

from typing import Any

PARAMETERS: dict[str, object] = {
    "after": 400,
    "confirm": "A mistake",
    "cycle_id": 1,
    "ids": "1,2",
    "limit": 20,
    "market_id": "512340",
    "max_market_conviction": "0.6",
    "min_liquidity": "20000",
    "min_market_conviction": "0.5",
    "min_volume": "50000",
    "portfolio_id": 1,
    "position_id": 1,
    "strategy_type": "momentum",
    "tag": "lab",
    "version": 1,
    "idempotency-key": "2026-03-02-noon",
    "if-match": '"1"',
}
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
    for methods in described["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                if name in PARAMETERS:
                    parameter["example"] = PARAMETERS[name]
                elif name in BOUNDS:
                    kind = parameter["schema"].get("format", "integer")
                    parameter["example"] = BOUNDS[name][kind]
            if "requestBody" in operation:
                example = BODIES[operation["operationId"]]
                for content in operation["requestBody"]["content"].values():
                    content["example"] = example
