"""Resolutions as recorded: pay on exact prices, flag everything odd, never guess."""

from decimal import Decimal as D

import pytest

from prescient.core.settlement import Resolution, ResolutionFlag, resolution
from tests.builders import market

ODD = Resolution(flag=ResolutionFlag.ODD_RESOLUTION)
DISPUTED = Resolution(flag=ResolutionFlag.DISPUTED)


@pytest.mark.parametrize(
    ("yes", "no", "closed", "status", "expected"),
    [
        ("1", "0", True, "resolved", Resolution(D(1))),
        ("0", "1", True, "resolved", Resolution(D(0))),
        ("1", "0", True, None, Resolution(D(1))),
        ("0.5", "0.5", True, "resolved", Resolution(D("0.5"))),
        ("0.5", "0.5", True, "proposed", ODD),
        ("0", "0", True, "resolved", ODD),
        ("0.98", "0.02", True, "resolved", ODD),
        (None, None, True, "resolved", ODD),
        ("1", "0", True, "disputed", DISPUTED),
        ("0.6", "0.4", False, "disputed", DISPUTED),
        ("0.6", "0.4", False, "proposed", Resolution()),
        ("1", "0", False, None, Resolution()),
    ],
)
def test_resolution(
    yes: str | None, no: str | None, closed: bool, status: str | None, expected: Resolution
) -> None:
    seen = market(
        yes_price=None if yes is None else D(yes),
        no_price=None if no is None else D(no),
        closed=closed,
        resolution_status=status,
    )
    assert resolution(seen) == expected
