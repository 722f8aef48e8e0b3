"""Requests that carry a key: done once, and answered again as the first time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from prescient.core.errors import PortfolioDeleted, PortfolioNotFound
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import idempotency, portfolios
from prescient.store.database import Session
from prescient.store.idempotency import Request

AnswerT = TypeVar("AnswerT", bound=BaseModel)


def answer_once(
    session: Session,
    request: Request | None,
    model: type[AnswerT],
    act: Callable[[], AnswerT],
    now: datetime,
) -> AnswerT:
    """Act and keep the answer, or give the one that this `request` got before.

    Without a request it acts every time. A request that fails leaves its key free. Raises
    `IdempotencyConflict`, `PortfolioDeleted` where the answer is about a portfolio that is gone,
    and what `act` raises.
    """
    if request is None:
        return act()
    earlier = idempotency.earlier_answer(session, request, now)
    if earlier is not None:
        check_present(session, request.portfolio_ids)
        return model.model_validate(earlier)
    answer = act()
    idempotency.keep(session, request, answer.model_dump(mode="json"))
    return answer


def check_present(session: Session, portfolio_ids: Sequence[PortfolioId]) -> None:
    """Raise `PortfolioDeleted` for the first of these portfolios, once there, that is gone."""
    for portfolio_id in portfolio_ids:
        try:
            portfolios.get(session, portfolio_id)
        except PortfolioNotFound:
            raise PortfolioDeleted(portfolio_id) from None
