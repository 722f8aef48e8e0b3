"""`.local/run.json`: the results of a run, for programs."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from local.demo.results import Activity, by_kind
from prescient.store.portfolios import PortfolioRow

RUN_FILE = Path(".local/run.json")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers; `seconds` is its duration on the wall clock."""

    cycles: int
    price_updates: int
    settled_positions: int
    reconciled: bool
    seconds: Decimal
    database_url: str


def write_run_file(
    path: Path, summary: RunSummary, portfolios: Sequence[PortfolioRow], activity: Activity
) -> None:
    """Write portfolios, summary and activity; money with two decimals."""
    content = {
        "portfolios": [_entry(portfolio) for portfolio in portfolios],
        **asdict(summary),
        "strategies": [asdict(strategy) for strategy in activity.strategies],
        "rejections": by_kind(activity.rejections),
        "exits": by_kind(activity.exits),
        "settlements": by_kind(activity.settlements),
    }
    # JSON's own writer has no decimals, so they leave it as marked strings.
    marker = uuid.uuid4().hex
    text = json.dumps(content, indent=2, default=lambda number: f"{marker}{number:.2f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(rf'"{marker}([^"]+)"', r"\1", text) + "\n")


def _entry(portfolio: PortfolioRow) -> dict[str, object]:
    return {
        "portfolio_id": portfolio.portfolio_id,
        "name": portfolio.name,
        "strategy_type": portfolio.strategy_type,
        "status": portfolio.status,
        "current_balance": portfolio.current_balance,
        "total_invested": portfolio.total_invested,
        "realized_pnl": portfolio.realized_pnl,
        "unrealized_pnl": portfolio.unrealized_pnl,
        "total_profit_loss": portfolio.total_profit_loss,
        "total_value": portfolio.total_value,
        "open_positions": portfolio.open_positions,
        "trade_count": portfolio.trade_count,
    }
