"""`prescient prices`: mark positions to market now."""

from __future__ import annotations

from ..options import command, group
from ..session import Session
from ..views import operating as views

app = group("prices", "Mark positions to market.")


@command(app, "update", "prescient prices update")
def update(session: Session) -> None:
    """Fetch the held markets' prices, settle what resolved, and sell what is due."""
    with session.waiting("Updating prices"):
        answer = session.api.update_prices()
    session.show(answer, views.prices)
