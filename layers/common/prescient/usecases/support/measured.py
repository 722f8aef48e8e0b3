"""Stored rows as the columns that `core.performance` computes with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prescient.core.performance.figures import IntArray
from prescient.core.performance.series import EquityPoints
from prescient.core.performance.trading import ClosedPositions
from prescient.store.performance import ClosedRow, SeriesRow


def equity_points(rows: Sequence[SeriesRow]) -> EquityPoints:
    """The points of all portfolios, sorted as the rows are."""
    return EquityPoints(
        portfolio_ids=_owners([(row.portfolio_id, row.days) for row in rows]),
        days=_integers([row.days for row in rows]),
        equity=_integers([row.equity for row in rows]),
        flows=_integers([row.flows for row in rows]),
        invested=_integers([row.invested for row in rows]),
    )


def closed_positions(rows: Sequence[ClosedRow]) -> ClosedPositions:
    """The closed positions of all portfolios, sorted as the rows are."""
    held = np.frombuffer(b"".join(row.held for row in rows), ">f8").astype(np.float64)
    return ClosedPositions(
        portfolio_ids=_owners([(row.portfolio_id, row.pnl) for row in rows]),
        pnl=_integers([row.pnl for row in rows]),
        held=held,
    )


def _integers(values: Sequence[bytes]) -> IntArray:
    return np.frombuffer(b"".join(values), ">i8").astype(np.int64)


def _owners(values: Sequence[tuple[int, bytes]]) -> IntArray:
    ids = np.array([portfolio_id for portfolio_id, _ in values], np.int64)
    return np.repeat(ids, [len(own) // 8 for _, own in values])
