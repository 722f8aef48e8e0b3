"""Rebalancing: free cash goes from portfolios above their part of the capital to those below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.rebalancing import Pairs, Plan, plan
from prescient.core.portfolio.targets import Member, Targets, weights
from prescient.store import comparisons, rebalancing
from prescient.store.database import Session
from prescient.usecases import cash
from prescient.usecases.support.rebalanced import (
    PlaceResult,
    RebalancingResult,
    TransferResult,
)

MEASURED_WITHIN = timedelta(days=1)
"""How old metrics may be whose volatility sets a weight; usually they are half an hour old."""
COMPARED_WITHIN = timedelta(days=2)
"""How old a comparison may be that says that two portfolios can be told apart."""
MOST_NAMED = 100  # portfolios in an answer, those that drifted the farthest, and transfers


class RebalancingRequest(BaseModel):
    """How to share the capital.

    With `only_significant` two portfolios exchange cash only where the comparison can tell them
    apart. A `dry_run` only plans.
    """

    model_config = ConfigDict(extra="forbid")

    targets: Targets
    only_significant: bool = False
    dry_run: bool = False


def run(session: Session, wanted: RebalancingRequest, now: datetime) -> RebalancingResult:
    """Plan a rebalancing and, unless it is a dry run, carry it out.

    Active portfolios with a `rebalance_threshold` take part, the same two at most once a day.
    Raises `InvalidRequest` where the targets cannot be known.
    """
    members = rebalancing.members(session)
    made = _plan(session, members, wanted, now)
    transfers: Sequence[Transfer] = made.transfers
    if transfers and not wanted.dry_run:
        transfers = cash.transfer_all(session, transfers, now)
    places = sorted(made.places, key=lambda place: (-abs(place.drift), place.portfolio_id))
    return RebalancingResult(
        dry_run=wanted.dry_run,
        targets=wanted.targets,
        only_significant=wanted.only_significant,
        portfolios=len(members),
        places=[PlaceResult.model_validate(place) for place in places[:MOST_NAMED]],
        transfers=[TransferResult.of(transfer) for transfer in transfers],
        held_back=made.held_back,
    )


def _plan(
    session: Session, members: Sequence[Member], wanted: RebalancingRequest, now: datetime
) -> Plan:
    wanted_weights = weights(wanted.targets, members, now - MEASURED_WITHIN)
    told_apart = _told_apart(session, members, now) if wanted.only_significant else None
    return plan(members, wanted_weights, now.date(), told_apart)


def _told_apart(session: Session, members: Sequence[Member], now: datetime) -> Pairs:
    ids = [member.portfolio_id for member in members]
    return comparisons.told_apart(session, ids, now - COMPARED_WITHIN)
