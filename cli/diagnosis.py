"""What `prescient doctor` looks at, and what to do about each thing that is not well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from .errors import Refused
from .formats import duration
from .tokens import claims

if TYPE_CHECKING:
    from . import models
    from .access import Access
    from .client import Client

State = Literal["ok", "late", "failed", "unknown"]
_ADMIN = "prescient/admin"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do, and is empty where all is well."""

    subject: str
    state: State
    says: str
    remedy: str = ""


def examine(client: Client, access: Access, now: datetime) -> Iterator[Finding]:
    """Look at everything in turn. Raises Unreachable where there is no API at all."""
    client.health()
    yield Finding("address", "ok", f"{access.address}, from {access.address_source}")
    token = _token(client, access, now)
    yield token
    if token.state == "failed":
        yield Finding("the rest", "unknown", "cannot be seen without a token", token.remedy)
        return
    health = client.health_details().content
    yield Finding("schema", "ok", f"revision {health.schema_version}")
    yield _tape(health)
    yield _work("price update", health.price_update, "prescient prices update")
    yield _work("cycle", health.cycle, "prescient cycle run")
    yield _last_cycle(client)
    yield _books(client)


def _tape(health: models.HealthDetails) -> Finding:
    batch = health.newest_batch
    if batch is None:
        return Finding("tape", "unknown", "is empty", "prescient cycle run fetches the first batch")
    says = f"batch {batch.batch_id}, {duration(batch.age_seconds).text} old"
    if batch.age_seconds > health.price_update.late_after_seconds:
        remedy = "prescient prices update; if it fails, the exchange cannot be reached from there"
        return Finding("tape", "late", says, remedy)
    return Finding("tape", "ok", says)


def _work(subject: str, work: models.RegularWork, command: str) -> Finding:
    ended = "has not ended yet"
    if work.ended_at is not None:
        ended = f"ended well {duration(work.age_seconds).text} ago"
    if work.is_late:
        says = f"{ended}, late after {duration(work.late_after_seconds).text}"
        return Finding(subject, "late", says, f"{command}; if it fails, its answer says why")
    return Finding(subject, "ok", ended)


def _token(client: Client, access: Access, now: datetime) -> Finding:
    """Whether the token opens the API, and what it says that it may do."""
    remedy = "prescient login; on this machine make serve, run anew, and PRESCIENT_TOKEN unset"
    try:
        bearer = client.bearer()
        client.portfolios({"limit": 1})
    except Refused as refusal:
        return Finding("token", "failed", f"{refusal} (from {access.token_source})", remedy)
    if bearer is None:
        return Finding("token", "ok", "none is asked for")
    read = claims(bearer)
    if read is None:
        return Finding("token", "ok", f"from {access.token_source}; it does not tell its scopes")
    scopes = ", ".join(scope.removeprefix("prescient/") for scope in read.scopes) or "nothing"
    until = ""
    if read.expires_at is not None:
        left = (read.expires_at - now).total_seconds()
        until = f", for {duration(int(left)).text} more"
    return Finding("token", "ok", f"from {access.token_source}: may {scopes}{until}")


def _last_cycle(client: Client) -> Finding:
    newest = client.cycles({"limit": 1}).content.cycles
    if not newest:
        return Finding("last cycle", "unknown", "there was none", "prescient cycle run")
    [cycle] = newest
    says = f"{cycle.cycle_id} {cycle.status}"
    if cycle.status == "failed":
        return Finding("last cycle", "failed", f"{says}: {cycle.error}", "prescient cycle show")
    summary = client.cycle(cycle.cycle_id).content.summary
    if summary.failed_portfolios:
        says = f"{says}, {summary.failed_portfolios} portfolios failed"
        return Finding("last cycle", "failed", says, f"prescient cycle show {cycle.cycle_id}")
    return Finding("last cycle", "ok", f"{says}, {summary.successful_portfolios} portfolios")


def _books(client: Client) -> Finding:
    try:
        answer = client.reconcile().content
    except Refused as refusal:
        remedy = f"a token with {_ADMIN} may check them" if "scope" in str(refusal) else ""
        return Finding("books", "unknown", f"were not checked: {refusal}", remedy)
    if answer.reconciled:
        return Finding("books", "ok", "every number agrees")
    remedy = "prescient reconcile lists them; trade no further before they are explained"
    return Finding("books", "failed", f"{len(answer.breaks)} numbers do not agree", remedy)
