"""Where the money came from, to the cent."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.market.fills import Evidence
from prescient.core.market.markets import EventId, MarketId
from prescient.core.performance.attribution import Result, View, attribution, split
from prescient.core.portfolio.positions import ExitKind

cents = st.integers(-(10**9), 10**9).map(lambda number: D(number).scaleb(-2))
evidence = st.sampled_from([*Evidence, None])


def result(pnl: str | D, **changes: object) -> Result:
    plain: dict[str, object] = {
        "market_id": MarketId("m"),
        "event_id": EventId("e"),
        "tags": ("politics",),
        "strategy": "momentum",
        "exit_kind": ExitKind.SELL,
        "entry_evidence": Evidence.BOOK,
        "exit_evidence": Evidence.BOOK,
        "pnl": D(pnl),
    }
    return Result(**(plain | changes))  # type: ignore[arg-type]


results = st.builds(
    result,
    cents,
    market_id=st.sampled_from("abc"),
    event_id=st.sampled_from(["e", "f", None]),
    tags=st.lists(st.sampled_from(["x", "y", "z", "w"]), max_size=7).map(tuple),
    strategy=st.sampled_from(["momentum", "random"]),
    exit_kind=st.sampled_from([*ExitKind, None]),
    entry_evidence=evidence,
    exit_evidence=evidence,
)


@given(st.lists(results, max_size=30))
def test_the_parts_of_every_view_add_up_to_the_whole(made: list[Result]) -> None:
    found = attribution(made)
    assert found.total == sum((own.pnl for own in made), D(0))
    for view in View:
        assert sum(found.parts[view].values(), D(0)) == found.total
    by_evidence = found.parts[View.EVIDENCE]
    assert found.without_book == found.total - by_evidence.get("book", D(0))


@given(cents, st.integers(1, 12))
def test_a_split_loses_no_cent_and_is_as_equal_as_cents_allow(amount: D, count: int) -> None:
    parts = split(amount, count)
    assert sum(parts) == amount
    assert max(parts) - min(parts) <= D("0.01")


def test_by_hand() -> None:
    found = attribution(
        [
            result("10.00", tags=("sports", "politics", "sports")),
            result("-4.01", exit_kind=ExitKind.STOP_LOSS, exit_evidence=Evidence.QUOTE),
            result("2.00", exit_kind=None, exit_evidence=None, event_id=None, tags=()),
            result("1.00", exit_kind=ExitKind.SETTLEMENT, exit_evidence=None),
            result("0.50", entry_evidence=None),
        ]
    )
    assert found.parts[View.TAG] == {
        "sports": D("5.00"),
        "politics": D("2.49"),
        "untagged": D("2.00"),
    }
    assert found.parts[View.EXIT_KIND] == {
        "sell": D("10.50"),
        "open": D("2.00"),
        "settlement": D("1.00"),
        "stop_loss": D("-4.01"),
    }
    assert found.parts[View.EVENT] == {"e": D("7.49"), "no_event": D("2.00")}
    assert found.parts[View.EVIDENCE] == {
        "book": D("13.00"),
        "unknown": D("0.50"),
        "quote": D("-4.01"),
    }
    assert found.without_book == D("-3.51")
    assert found.share_without_book == float(D("-3.51") / D("9.49"))


def test_without_a_profit_no_part_of_it_rests_on_anything() -> None:
    assert attribution([result("-1.00")]).share_without_book is None
    assert attribution([]).total == 0
