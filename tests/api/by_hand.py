"""What ends positions by hand, seen from the exchange and in the database."""

from __future__ import annotations

from typing import Any

from tests.world import World


def go_dark(world: World) -> None:
    """The exchange answers nothing any more."""
    world.exchange.pages_before_failure = 0


def stored(world: World) -> dict[str, Any]:
    return world.row(
        "SELECT kind, shares, price, evidence, ordered_by, reason, quoted_at, matches"
        " FROM position_exits"
    )
