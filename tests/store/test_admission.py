"""The set-based admission admits exactly what a portfolio's own filters let through."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.deciding.admission import admissions
from prescient.core.deciding.decisions import common_filters
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.market.batches import BatchKind
from prescient.core.market.listed import Market
from prescient.core.market.markets import EventId, MarketId, Quote
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import admission, candidates, listings, tape
from prescient.store.tape import Sighting
from tests.builders import NOON, event, market, view
from tests.world import World

TAGS = ("politics", "sports", "weather")
AMOUNTS = st.sampled_from([D(0), D(9999), D(10000), D(50000)])
SPREADS = st.sampled_from([D(0), D("0.05"), D("0.051"), D("0.9")])


@st.composite
def markets(draw: st.DrawFn) -> Market:
    bid, spread = D("0.05"), draw(SPREADS)
    # With a spread of 0.05 the outcome prices may lie 0.07 from the middle of 0.075.
    yes = draw(st.sampled_from(["0.075", "0.07", "0.145", "0.1451", "0.005", "0.775"]).map(D))
    return market(
        liquidity=draw(AMOUNTS),
        volume=draw(AMOUNTS),
        quote=draw(st.sampled_from([None, Quote(bid, bid + spread)])),
        yes_price=yes,
        no_price=1 - yes + draw(st.sampled_from([D(0), D(0), D("-0.071")])),
        end_date=NOON + timedelta(hours=draw(st.sampled_from([-1, 23, 24, 25]))),
        accepting_orders=draw(st.sampled_from([True, True, False])),
        closed=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def configurations(draw: st.DrawFn) -> StrategyConfiguration:
    return StrategyConfiguration(
        market_types=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))),
        min_liquidity=draw(AMOUNTS),
        min_volume=draw(AMOUNTS),
        max_spread=draw(SPREADS),
        min_hours_to_end=draw(st.sampled_from([D(0), D(24)])),
    )


convictions = st.sampled_from(
    [(None, None), (D("0.55"), None), (None, D("0.5")), (D("0.5"), D("0.55"))]
)
thresholds = st.builds(
    lambda least, band: Thresholds(
        min_liquidity=least, min_market_conviction=band[0], max_market_conviction=band[1]
    ),
    st.none() | AMOUNTS,
    convictions,
)
events = st.tuples(st.sets(st.sampled_from(TAGS)), st.lists(markets(), max_size=4))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(events, max_size=3), st.lists(configurations(), max_size=3), thresholds)
def test_admits_what_the_common_filters_of_some_configuration_admit(
    world: World,
    listed: list[tuple[set[str], list[Market]]],
    configurations: list[StrategyConfiguration],
    asked: Thresholds,
) -> None:
    world.truncate()
    with world.context.database.transaction() as session:
        batch_id = _write(session, listed)
        wanted = admissions(configurations, NOON)
        found = admission.admitted(session, batch_id, wanted, asked)
        shown = candidates.load(session, batch_id, asked)
    at_noon = view(decided_at=NOON)
    admitted = [
        listed
        for listed in shown
        if any(
            all(passes(listed) for passes in common_filters(configuration, at_noon).values())
            for configuration in configurations
        )
    ]
    admitted.sort(key=lambda listed: (-listed.liquidity, listed.market_id))
    assert [listed.market_id for listed in found] == [listed.market_id for listed in admitted]


def _write(session: Any, listed: list[tuple[set[str], list[Market]]]) -> int:
    batch_id = tape.open_batch(session, BatchKind.FILTER, NOON)
    for place, (tags, members) in enumerate(listed):
        named = [
            market_of(listed, MarketId(f"m{place}-{number}"))
            for number, listed in enumerate(members)
        ]
        if named:
            shown = event(*named, event_id=EventId(f"e{place}"), tags=tuple(tags))
            listings.save(session, listings.digested_events([shown]), NOON)
            tape.append(session, batch_id, shown.markets, Sighting(NOON))
    return batch_id


def market_of(listed: Market, market_id: MarketId) -> Market:
    values = {name: getattr(listed, name) for name in Market.__dataclass_fields__}
    return Market(**values | {"market_id": market_id})
