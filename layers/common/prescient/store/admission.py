"""The markets of a batch that at least one configuration admits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from prescient.core.deciding.admission import Admission
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.market.markets import MarketId, Quote
from prescient.store import statements
from prescient.store.candidates import bounds
from prescient.store.database import Session
from prescient.store.quotes import quote
from prescient.store.rows import fetch

SQL = statements.load(__file__)


class MarketTokens(NamedTuple):
    """A market with its listed quote and the CLOB's ids of its outcomes, None where it has none."""

    market_id: MarketId
    yes_token_id: str | None
    no_token_id: str | None
    best_bid: Decimal | None
    best_ask: Decimal | None

    @property
    def quote(self) -> Quote | None:
        return quote(self.best_bid, self.best_ask)


def admitted(
    session: Session, batch_id: int, wanted: Iterable[Admission], thresholds: Thresholds
) -> list[MarketTokens]:
    """The listed, open, priced markets that pass `thresholds` and one of `wanted`, deepest first.

    The batch may still be loading. Spreads are those of the listed quotes.
    """
    values = {
        "batch_id": batch_id,
        "admissions": json.dumps([as_json(admission) for admission in wanted]),
        **bounds(thresholds),
    }
    return fetch(session, MarketTokens, SQL["select_admitted"], values)


def held(session: Session, batch_id: int) -> list[MarketTokens]:
    """The open markets of a batch, loading or complete, that some portfolio holds, by market id."""
    return fetch(session, MarketTokens, SQL["select_held"], {"batch_id": batch_id})


def as_json(admission: Admission) -> dict[str, object]:
    """The admission as the statements read it."""
    return {
        "market_types": sorted(admission.market_types),
        "min_liquidity": str(admission.min_liquidity),
        "min_volume": str(admission.min_volume),
        "max_spread": str(admission.max_spread),
        "earliest_end": admission.earliest_end.isoformat(),
    }
