"""Price histories from before the tape began: which markets want one, and where it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from psycopg.rows import scalar_row
from psycopg.types.json import Jsonb

from prescient.core.deciding.admission import BackfillNeed
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import BatchLost
from prescient.core.market.markets import MarketId
from prescient.store import admission, statements
from prescient.store.admission import MarketTokens
from prescient.store.database import Session

SQL = statements.load(__file__)
Hours = Mapping[datetime, tuple[datetime, Decimal]]


def wanting(
    session: Session,
    needs: Collection[BackfillNeed],
    *,
    now: datetime,
    asked_before: datetime,
    limit: int,
) -> list[MarketTokens]:
    """The deepest markets of the newest listing whose past is shorter than their buyers need.

    Those that were asked for at or after `asked_before` are left out, so that a market without a
    past comes up once a day and not for ever.
    """
    with session.cursor(row_factory=scalar_row) as cursor:
        newest = cursor.execute(SQL["select_newest_listing"]).fetchone()
        if newest is None or not needs:
            return []
        admissions = {need.admission for need in needs}
        found = admission.admitted(session, newest, admissions, Thresholds())
        values = {
            "market_ids": [market.market_id for market in found if market.yes_token_id],
            "lookbacks": [need.lookback_hours for need in needs],
            "observations": [need.min_observations for need in needs],
            "now": now,
            "asked_before": asked_before,
            "limit": limit,
        }
        wanted = frozenset(cursor.execute(SQL["select_wanting"], values))
    return [market for market in found if market.market_id in wanted]


def save(
    session: Session,
    batch_id: int,
    histories: Mapping[MarketId, Hours],
    counters: Mapping[str, object],
    now: datetime,
) -> int:
    """Fill the hours that the tape does not have, and complete the batch; how many they were.

    `histories` are the last price and its moment in each hour. Raises `BatchLost`.
    """
    rows = [
        (market_id, hour, observed_at, mark)
        for market_id in sorted(histories)
        for hour, (observed_at, mark) in histories[market_id].items()
    ]
    filled = session.execute(SQL["fill_hours"], _columns(rows)).rowcount
    values = {"batch_id": batch_id, "now": now, "counters": Jsonb(dict(counters))}
    asked = {
        "market_ids": sorted(histories),
        "hours": [len(histories[market_id]) for market_id in sorted(histories)],
    }
    session.execute(SQL["note_backfills"], values | asked)
    if session.execute(SQL["complete_backfill"], values | asked).rowcount != 1:
        raise BatchLost(batch_id)
    return filled


def _columns(rows: Sequence[tuple[MarketId, datetime, datetime, Decimal]]) -> dict[str, object]:
    return {
        "market_ids": [row[0] for row in rows],
        "hours": [row[1] for row in rows],
        "moments": [row[2] for row in rows],
        "marks": [row[3] for row in rows],
    }
