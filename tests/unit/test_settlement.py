"""Resolutions as recorded: pay on exact prices, flag everything odd, never guess."""

from decimal import Decimal as D

import pytest

from prescient.core.market.listed import Market
from prescient.core.market.settlement import (
    Resolution,
    ResolutionFlag,
    needs_confirmation,
    resolution,
)
from tests.builders import market

ODD = Resolution(flag=ResolutionFlag.ODD_RESOLUTION)
PROPOSED = Resolution(flag=ResolutionFlag.OUTCOME_PROPOSED)
DISPUTED = Resolution(flag=ResolutionFlag.DISPUTED)


@pytest.mark.parametrize(
    ("yes", "no", "closed", "status", "expected"),
    [
        ("1", "0", True, "resolved", Resolution(D(1))),
        ("0", "1", True, "resolved", Resolution(D(0))),
        ("1", "0", True, None, Resolution(D(1))),
        ("0.5", "0.5", True, "resolved", Resolution(D("0.5"))),
        ("0.5", "0.5", True, "proposed", PROPOSED),
        ("1", "0", True, "proposed", PROPOSED),
        ("1", "0", True, "challenged", DISPUTED),
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
    assert resolution(ended(yes, no, closed, status)) == expected


def ended(yes: str | None, no: str | None, closed: bool, status: str | None) -> Market:
    return market(
        yes_price=None if yes is None else D(yes),
        no_price=None if no is None else D(no),
        closed=closed,
        resolution_status=status,
    )


@pytest.mark.parametrize(
    ("seen", "asked", "expected"),
    [
        (ended("0.5", "0.5", True, None), True, Resolution(D("0.5"))),
        (ended("0.5", "0.5", True, "proposed"), False, PROPOSED),
        (ended("0.5", "0.5", True, "resolved"), False, Resolution(D("0.5"))),
        (ended("0.5", "0.5", True, "disputed"), False, DISPUTED),
        (ended("0.5", "0.5", False, None), False, Resolution()),
        (ended("1", "0", True, None), False, Resolution(D(1))),
        (ended("0.4", "0.6", True, None), False, ODD),
        (ended("0", "0", True, None), False, ODD),
        (ended(None, None, True, None), False, ODD),
    ],
)
def test_the_clob_confirms_nothing_but_half_each(
    seen: Market, asked: bool, expected: Resolution
) -> None:
    """`asked` is whether the CLOB is asked at all; `expected` what comes of its yes."""
    assert needs_confirmation(seen) is asked
    assert resolution(seen, half_confirmed=True) == expected
