"""HTTP to the exchange: one loop of attempts under one deadline, and whole JSON answers only.

urllib3's own `Retry` is not used, because it ends before the body is read: here a broken body
draws on the same attempts as a broken connection, and no wait outlasts the deadline.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import NamedTuple, TypeVar

import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket import decimal_json
from prescient.polymarket.answers import Refused, Silent, Unusable, decoded, failure_of
from prescient.polymarket.counters import Counters
from prescient.polymarket.rates import DOCUMENTED_LIMITS, Family, RateLimit, RateLimiter

Parameters = Sequence[tuple[str, str]]
Item = TypeVar("Item")
Result = TypeVar("Result")

OK = 200
CHUNK_BYTES = 1 << 18
LARGEST_BODY = 1 << 27  # bytes, ten times as many as a page of events has
BODY_READS = 2  # read timeouts within which a body is complete, where silence is an answer
CONNECTIONS = 8  # kept to a host, and the most requests that one fetch makes at once
HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "prescient"}


class FetchLimits(NamedTuple):
    """Bounds of one fetch, which may take many requests; all but `attempts` are seconds.

    `attempts` is how often one request is made at most, the first time included.
    """

    attempts: int = 4
    connect_seconds: float = 3.0
    read_seconds: float = 15.0
    fetch_seconds: float = 180.0
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


class Call(NamedTuple):
    """A request to make: a GET, or a POST of `document` as JSON. Both only read.

    It is made at most `attempts` times where that is set, else as often as the limits allow.
    Where `silences` is set, the exchange may be unable to answer just this: as many attempts that
    are not answered in time, of `read_seconds` each, count as its answer. `decode` reads the
    answer, and raises `NotJson`.
    """

    base_url: str
    path: str
    family: Family
    parameters: Parameters = ()
    document: object | None = None
    attempts: int | None = None
    silences: int | None = None
    read_seconds: float | None = None
    decode: Callable[[bytes], object] = decimal_json.decode

    @property
    def method(self) -> str:
        return "GET" if self.document is None else "POST"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ErrorAnswer(NamedTuple):
    """The exchange answered a call with an error, or with silence, as often as it was asked.

    It may be about what was asked for; a connection that fails, or too many requests, is not.
    """

    message: str


class JsonTransport:
    """Requests that answer JSON, over kept connections and below the exchange's rate limits."""

    def __init__(
        self,
        counters: Counters,
        limits: FetchLimits,
        *,
        rates: Sequence[RateLimit] = DOCUMENTED_LIMITS,
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counters = counters
        self._limits = limits
        self._limiter = RateLimiter(rates, monotonic=monotonic)
        self._sleep = sleep
        self._random = random or Random()  # noqa: S311 - it spreads retries, it guards nothing
        self._monotonic = monotonic
        self._shared: Deadline | None = None
        self._pool = urllib3.PoolManager(headers=HEADERS, retries=False, maxsize=CONNECTIONS)

    def deadline(self) -> Deadline:
        """Return the end of a fetch that starts now; within `one_deadline` that of the block."""
        return self._shared or Deadline(self._limits.fetch_seconds, self._monotonic)

    @contextmanager
    def one_deadline(self) -> Iterator[None]:
        """Give all fetches within the block one deadline; of nested blocks, the outermost's."""
        outer, self._shared = self._shared, self.deadline()
        try:
            yield
        finally:
            self._shared = outer

    def fetch(self, call: Call, deadline: Deadline) -> object:
        """Return the decoded answer. Raises `ExchangeUnavailable` with path and last failure."""
        answer = self.ask(call, deadline)
        if isinstance(answer, ErrorAnswer):
            raise ExchangeUnavailable(answer.message)
        return answer

    def ask(self, call: Call, deadline: Deadline) -> object:
        """Return the decoded answer, or the `ErrorAnswer` of a call that ended in an error status.

        Raises `ExchangeUnavailable` with path and last failure where there was no answer at all.
        """
        attempt = 1
        while True:
            self._await_turn(call, deadline)
            try:
                return self._attempt(call, deadline)
            except Unusable as failure:
                if ended := self._ended(call, attempt, failure):
                    return ended
                self._wait(call, attempt, failure, deadline)
            attempt += 1
            self._counters.add(call.family, retries=1)

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def _ended(self, call: Call, attempt: int, failure: Unusable) -> ErrorAnswer | None:
        """Return what the failures so far are the answer to, None where another attempt follows.

        Raises `ExchangeUnavailable` where they were the last and no answer.
        """
        attempts = call.attempts or self._limits.attempts
        is_answer = isinstance(failure, Refused)
        if isinstance(failure, Silent) and call.silences is not None:
            attempts, is_answer = min(attempts, call.silences), True
        if isinstance(failure, Refused) and failure.final:
            return ErrorAnswer(f"{call}: {failure.reason}")
        if attempt < attempts:
            return None
        reason = f"{call}: {failure.reason} ({attempts} attempts)"
        if is_answer:
            return ErrorAnswer(reason)
        raise ExchangeUnavailable(reason) from failure

    def _await_turn(self, call: Call, deadline: Deadline) -> None:
        """Wait until the rate limit has room for one more call of this family."""
        while seconds := self._limiter.acquire(call.family):
            if seconds >= deadline.remaining():
                raise ExchangeUnavailable(
                    f"{call}: the rate limit leaves no time within {deadline.seconds:g} s"
                )
            self._counters.add(call.family, throttled=1)
            self._sleep(seconds)

    def _attempt(self, call: Call, deadline: Deadline) -> object:
        timeout = self._timeout(call, deadline)
        self._counters.add(call.family, calls=1)
        try:
            response = self._request(call, timeout)
            body = self._body(response, call, deadline)
        except ReadTimeoutError as error:
            raise Silent(f"{type(error).__name__}: {error}") from error
        except HTTPError as error:
            raise Unusable(f"{type(error).__name__}: {error}") from error
        if response.status != OK:
            raise failure_of(response, body)
        return decoded(response, body, call.decode)

    def _request(self, call: Call, timeout: urllib3.Timeout) -> urllib3.BaseHTTPResponse:
        posted = call.document is not None
        return self._pool.request(
            call.method,
            call.base_url + call.path,
            fields=None if posted else call.parameters,
            body=json.dumps(call.document).encode() if posted else None,
            headers=HEADERS | {"Content-Type": "application/json"} if posted else HEADERS,
            timeout=timeout,
            redirect=False,
            preload_content=False,
        )

    def _timeout(self, call: Call, deadline: Deadline) -> urllib3.Timeout:
        remaining = deadline.remaining()
        if remaining <= 0:
            raise Unusable(f"not answered within {deadline.seconds:g} s")
        return urllib3.Timeout(
            connect=min(self._limits.connect_seconds, remaining),
            read=min(self._read_seconds(call), remaining),
        )

    def _read_seconds(self, call: Call) -> float:
        return min(call.read_seconds or self._limits.read_seconds, self._limits.read_seconds)

    def _body(self, response: urllib3.BaseHTTPResponse, call: Call, deadline: Deadline) -> bytes:
        """Read the whole body; a connection with something unread is not kept."""
        patience = deadline
        if call.silences is not None:
            patience = Deadline(BODY_READS * self._read_seconds(call), self._monotonic)
        try:
            return b"".join(_chunks(response, deadline, patience))
        finally:
            self._counters.add(call.family, bytes_=response.tell())
            response.close()

    def _wait(self, call: Call, attempt: int, failure: Unusable, deadline: Deadline) -> None:
        """Sleep before the next attempt. Raises `ExchangeUnavailable` if there is no time."""
        seconds = max(failure.retry_after, self._backoff(attempt))
        if seconds >= deadline.remaining():
            raise ExchangeUnavailable(
                f"{call}: {failure.reason} (attempt {attempt}; "
                f"no time for another within {deadline.seconds:g} s)"
            ) from failure
        self._sleep(seconds)

    def _backoff(self, attempt: int) -> float:
        """Return a random wait in seconds, up to a ceiling that doubles with each attempt."""
        ceiling = self._limits.first_backoff_seconds * 2 ** (attempt - 1)
        return self._random.uniform(0, min(ceiling, self._limits.longest_backoff_seconds))


def concurrently(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return what `function` makes of each item, in their order, several at a time.

    The first failure is raised, and no further item begins.
    """
    if len(items) < 2:  # noqa: PLR2004 - threads for one call would only cost time
        return [function(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(CONNECTIONS, len(items))) as threads:
        return list(threads.map(function, items))


def _chunks(
    response: urllib3.BaseHTTPResponse, deadline: Deadline, patience: Deadline
) -> Iterator[bytes]:
    """Yield the body as it arrives: the read timeout alone would let a trickle go on for ever.

    `deadline` is that of the whole fetch, `patience` that of this body. What is compressed may
    become far larger than what arrives.
    """
    length = 0
    while chunk := response.read1(CHUNK_BYTES):
        length += len(chunk)
        if length > LARGEST_BODY:
            raise Unusable(f"body of more than {LARGEST_BODY:,} bytes")
        if deadline.remaining() <= 0:
            raise Unusable(f"body not complete within {deadline.seconds:g} s")
        if patience.remaining() <= 0:
            raise Silent(f"body not complete within {patience.seconds:g} s")
        yield chunk
