"""Whether what is served has a share."""

from __future__ import annotations

import math
from collections.abc import Sequence

ERRORS = 3


def assert_share(counts: Sequence[tuple[int, int]], recorded: float, rounding: float = 0) -> None:
    """`counts` are, event by event, the odd ones and all."""
    total = sum(whole for _, whole in counts)
    served = sum(odd for odd, _ in counts) / total
    binomial = math.sqrt(recorded * (1 - recorded) / total)
    of_events = math.sqrt(math.fsum((odd - recorded * whole) ** 2 for odd, whole in counts)) / total
    tolerance = ERRORS * max(binomial, of_events) + rounding
    assert abs(served - recorded) <= tolerance, f"{served:.3%} ± {tolerance:.3%}"
