"""Kelly's stake over arbitrary probabilities and prices."""

from decimal import Decimal as D
from math import log

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.deciding.sizing import kelly_stake

cents = st.integers(1, 99).map(lambda whole: D(whole) / 100)


@given(probability=cents, price=cents)
def test_a_kelly_stake_grows_wealth_fastest_and_is_nothing_without_an_edge(
    probability: D, price: D
) -> None:
    best = float(kelly_stake(probability, price))
    p, q = float(probability), float(price)
    assert 0 <= best < 1
    assert (best > 0) == (probability > price)

    def growth(part: float) -> float:
        return p * log(1 + part * (1 / q - 1)) + (1 - p) * log(1 - part)

    for other in (best - 0.005, best + 0.005):
        if 0 <= other < 1:
            assert growth(best) > growth(other)
