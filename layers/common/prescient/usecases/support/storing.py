"""Putting what was fetched onto the tape: a row that cannot be stored is left out and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import MarketId
from prescient.polymarket.pages import EventPage
from prescient.polymarket.raw_rows import with_decoded_payloads
from prescient.polymarket.skip_reasons import SkipReason
from prescient.store import listings, savepoints, tape
from prescient.store.database import Session
from prescient.store.tape import Sighting
from prescient.usecases.support.fetching import Fetch
from prescient.usecases.support.recording import Recording


def store_events(
    session: Session,
    fetch: Fetch,
    page: EventPage,
    recorded: Recording,
    meanwhile: Callable[[], None],
) -> None:
    """Store a page's events with their markets; of an event that fails, the markets that do not.

    `meanwhile` begins what another thread can do while this one mostly waits for the server.
    """

    sighting = Sighting(page.fetched_at)

    def store(part: Sequence[Event]) -> None:
        completed = listings.completed_events(session, part)
        needed = recorded.take_beyond(session, completed, sighting.at)
        with tape.appended(session, fetch.batch_id, needed, sighting):
            meanwhile()
            listing = listings.digested_events(completed)
        listings.save(session, listing, sighting.at)

    def store_alone(event: Event) -> int:
        failed = savepoints.attempt(
            session,
            event.markets,
            lambda markets: store([replace(event, markets=tuple(markets))]),
        ).failures
        return len(failed) if event.markets else 1

    for event, _ in savepoints.attempt(session, page.events, store).failures:
        fetch.skipped[SkipReason.UNSTORABLE.value] += store_alone(with_decoded_payloads(event))


def store_markets(
    session: Session, fetch: Fetch, markets: Sequence[Market], sighting: Sighting
) -> list[MarketId]:
    """Store markets that were fetched without their events; those that are left out."""

    def store(part: Sequence[Market]) -> None:
        completed = listings.completed(session, part)
        with tape.appended(session, fetch.batch_id, completed, sighting):
            listing = listings.digested_markets(completed)
        listings.save(session, listing, sighting.at)

    failed = savepoints.attempt(session, markets, store).failures
    fetch.skipped[SkipReason.UNSTORABLE.value] += len(failed)
    return [market.market_id for market, _ in failed]
