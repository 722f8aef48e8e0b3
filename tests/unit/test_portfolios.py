"""Changes of a portfolio's status."""

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.portfolios import PortfolioStatus as Status
from prescient.core.portfolio.portfolios import check_status_change

ALLOWED = {
    ("active", "paused"),
    ("paused", "active"),
    ("active", "archived"),
    ("paused", "archived"),
    ("active", "active"),
    ("paused", "paused"),
    ("archived", "archived"),
}


@pytest.mark.parametrize("present", Status)
@pytest.mark.parametrize("wanted", Status)
def test_every_change(present: Status, wanted: Status) -> None:
    if (present, wanted) in ALLOWED:
        check_status_change(present, wanted, open_positions=0)
    else:
        with pytest.raises(PortfolioConflict, match=f"status: {present} cannot become {wanted}"):
            check_status_change(present, wanted, open_positions=0)


def test_archiving_needs_an_empty_portfolio() -> None:
    with pytest.raises(PortfolioConflict, match="no open positions, and there are 3"):
        check_status_change(Status.ACTIVE, Status.ARCHIVED, open_positions=3)
