"""HTTP to the exchange: one loop of attempts under one deadline, and whole JSON answers only.

urllib3's own `Retry` is not used, because it ends before the body is read: here a broken body
draws on the same attempts as a broken connection, and no wait outlasts the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from random import Random

import urllib3
from urllib3.exceptions import HTTPError

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket import decimal_json
from prescient.polymarket.counters import Counters

Parameters = Sequence[tuple[str, str]]

OK = 200
RETRIED_CLIENT_ERRORS = frozenset({408, 425, 429})
FIRST_SERVER_ERROR = 500
CHUNK_BYTES = 1 << 16
LONGEST_QUOTED_ERROR = 200
HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "prescient"}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch, which may take many requests; all but `attempts` are seconds.

    `attempts` is how often one request is made at most, the first time included.
    """

    attempts: int = 4
    connect_seconds: float = 3.0
    read_seconds: float = 15.0
    fetch_seconds: float = 120.0
    first_backoff_seconds: float = 0.5
    longest_backoff_seconds: float = 8.0


class Deadline:
    """The moment at which a fetch gives up."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self.seconds = seconds
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; zero or less once it has passed."""
        return self._end - self._monotonic()


class _Unusable(Exception):
    """One attempt brought nothing usable; another may."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class JsonTransport:
    """GET requests that answer JSON, over kept connections."""

    def __init__(
        self,
        counters: Counters,
        limits: FetchLimits,
        *,
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters = counters
        self._limits = limits
        self._sleep = sleep
        self._random = random or Random()  # noqa: S311 - it spreads retries, it guards nothing
        self._monotonic = monotonic
        self._pool = urllib3.PoolManager(headers=HEADERS, retries=False)

    def deadline(self) -> Deadline:
        """The end of a fetch that starts now."""
        return Deadline(self._limits.fetch_seconds, self._monotonic)

    def get(self, base_url: str, path: str, parameters: Parameters, deadline: Deadline) -> object:
        """The decoded answer. Raises `ExchangeUnavailable` with the path and the last failure."""
        attempt = 1
        while True:
            try:
                return self._attempt(base_url, path, parameters, deadline)
            except _Unusable as failure:
                self._wait(path, attempt, failure, deadline)
            attempt += 1
            self._counters.retries += 1

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def _attempt(
        self, base_url: str, path: str, parameters: Parameters, deadline: Deadline
    ) -> object:
        timeout = self._timeout(deadline)
        self._counters.calls += 1
        try:
            response = self._pool.request(
                "GET",
                base_url + path,
                fields=parameters,
                timeout=timeout,
                redirect=False,
                preload_content=False,
            )
            body = self._body(response, deadline)
        except HTTPError as error:
            raise _Unusable(f"{type(error).__name__}: {error}") from error
        if response.status != OK:
            raise _failure(path, response, body)
        return _decoded(response, body)

    def _timeout(self, deadline: Deadline) -> urllib3.Timeout:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise _Unusable(f"not answered within {deadline.seconds:g} s")
        return urllib3.Timeout(
            connect=min(self._limits.connect_seconds, remaining),
            read=min(self._limits.read_seconds, remaining),
        )

    def _body(self, response: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        """The whole body, or an exception; a connection with something unread is not kept."""
        try:
            return b"".join(_chunks(response, deadline))
        finally:
            self._counters.bytes += response.tell()
            response.close()

    def _wait(self, path: str, attempt: int, failure: _Unusable, deadline: Deadline) -> None:
        """Sleep before the next attempt. Raises `ExchangeUnavailable` if there is to be none."""
        if attempt >= self._limits.attempts:
            raise ExchangeUnavailable(
                f"GET {path}: {failure.reason} ({attempt} attempts)"
            ) from failure
        seconds = max(failure.retry_after, self._backoff(attempt))
        if seconds >= deadline.remaining():
            raise ExchangeUnavailable(
                f"GET {path}: {failure.reason} (attempt {attempt}; "
                f"no time for another within {deadline.seconds:g} s)"
            ) from failure
        self._sleep(seconds)

    def _backoff(self, attempt: int) -> float:
        """Full jitter: anything up to a ceiling that doubles with each attempt."""
        ceiling = self._limits.first_backoff_seconds * 2 ** (attempt - 1)
        return self._random.uniform(0, min(ceiling, self._limits.longest_backoff_seconds))


def _chunks(response: urllib3.BaseHTTPResponse, deadline: Deadline) -> Iterator[bytes]:
    """The body as it arrives: the read timeout alone would let a trickle go on for ever."""
    while chunk := response.read1(CHUNK_BYTES):
        if deadline.remaining() <= 0:
            raise _Unusable(f"body not complete within {deadline.seconds:g} s")
        yield chunk


def _decoded(response: urllib3.BaseHTTPResponse, body: bytes) -> object:
    try:
        return decimal_json.decode(body)
    except decimal_json.NotJson as error:
        kind = response.headers.get("Content-Type", "a body of no stated type")
        raise _Unusable(f"answered {kind} that is not JSON: {error}") from error


def _failure(path: str, response: urllib3.BaseHTTPResponse, body: bytes) -> Exception:
    """What to raise for a status other than 200: worth another attempt, or final."""
    status = response.status
    reason = f"answered {status}{_error_text(body)}"
    if status >= FIRST_SERVER_ERROR or status in RETRIED_CLIENT_ERRORS:
        return _Unusable(reason, _retry_after(response.headers))
    return ExchangeUnavailable(f"GET {path}: {reason}")


def _error_text(body: bytes) -> str:
    """The exchange's own words, ready to follow the status; empty if it has none."""
    try:
        match decimal_json.decode(body):
            case {"error": str(words)}:
                return f" {words[:LONGEST_QUOTED_ERROR]}"
            case _:
                return ""
    except decimal_json.NotJson:
        return ""


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the exchange asks to wait, 0 if it does not; a date counts from its `Date`."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        sent = parsedate_to_datetime(headers.get("Date") or formatdate(usegmt=True))
        return max(0.0, (parsedate_to_datetime(value) - sent).total_seconds())
    except (TypeError, ValueError):
        return 0.0
