"""Faults of the network and the edge, on a real server."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket import transport
from prescient.polymarket.counters import Counters
from prescient.polymarket.parts import Parted, PartedFetch
from prescient.polymarket.rates import Family, RateLimit
from prescient.polymarket.transport import (
    CONNECTIONS,
    Call,
    ErrorAnswer,
    FetchLimits,
    JsonTransport,
    concurrently,
)
from tests.polymarket.server import HTML, RESET, TRUNCATED, Answer, answer, serving

GOOD = answer([1])
LIMITS = FetchLimits(connect_seconds=5, read_seconds=5)


def call(url: str, **changes: Any) -> Call:
    return Call(url, "/events", Family.EVENTS, [("closed", "false")])._replace(**changes)


class Caller:
    """A transport whose waits are noted instead of slept."""

    def __init__(self, limits: FetchLimits = LIMITS) -> None:
        self.waits: list[float] = []
        self.counters = Counters()
        self.transport = JsonTransport(
            self.counters, limits, sleep=self.waits.append, random=Random(7)
        )

    def get(self, url: str) -> object:
        return self.transport.fetch(call(url), self.transport.deadline())

    def get_all(self, calls: Sequence[Call]) -> list[object]:
        deadline = self.transport.deadline()
        return concurrently(lambda one: self.transport.fetch(one, deadline), calls)


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(
    "fault",
    [
        HTML,
        TRUNCATED,
        RESET,
        Answer(b""),
        Answer(b'{"events": [{"id": "1", "quest'),
        Answer(b"\xff\xfe"),
        Answer(b"not gzip", headers={"Content-Encoding": "gzip"}),
        replace(HTML, status=502),
        answer({"error": "service not ready"}, status=425),
        answer({"type": "internal", "error": "oops"}, status=500),
        answer({"error": "cancel only"}, status=503),
        answer({"error": "slow down"}, status=429),
    ],
)
def test_a_passing_fault_is_retried(fault: Answer) -> None:
    with serving(fault, fault, GOOD) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == [1]
        assert (caller.counters.calls, caller.counters.retries) == (3, 2)
        assert len(caller.waits) == 2


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (HTML, "text/html that is not JSON"),
        (TRUNCATED, "IncompleteRead"),
        (RESET, "ConnectionResetError"),
        (answer({"error": "oops"}, status=500), "answered 500 oops"),
        (replace(HTML, status=502), "answered 502 "),
        (answer({"error": "slow down"}, status=429), "answered 429 slow down"),
    ],
)
def test_a_lasting_fault_ends_after_four_attempts_with_path_and_cause(
    fault: Answer, wrong: str
) -> None:
    with serving(fault) as exchange:
        caller = Caller()
        with pytest.raises(
            ExchangeUnavailable, match=f"^GET /events: .*{wrong}.*4 attempts"
        ) as error:
            caller.get(exchange.url)
        assert caller.counters.calls == len(exchange.paths) == 4
        assert exchange.url not in str(error.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 302, 204])
def test_any_other_status_is_final_and_named(status: int) -> None:
    fault = (
        answer({"error": "offset too large"}, status=status) if status != 204 else Answer(b"", 204)
    )
    with serving(fault) as exchange:
        with pytest.raises(ExchangeUnavailable, match=f"^GET /events: answered {status}"):
            Caller().get(exchange.url)
        assert len(exchange.paths) == 1


def test_the_exchanges_own_words_are_quoted() -> None:
    fault = answer({"type": "validation error", "error": "offset too large, " + "x" * 500}, 422)
    with serving(fault) as exchange:
        with pytest.raises(ExchangeUnavailable, match=r"422 offset too large, x+$") as error:
            Caller().get(exchange.url)
        assert len(str(error.value)) < 300


def test_waits_double_with_full_jitter() -> None:
    with serving(answer({}, status=500)) as exchange:
        caller = Caller(LIMITS._replace(attempts=8))
        with pytest.raises(ExchangeUnavailable):
            caller.get(exchange.url)
    ceilings = [0.5, 1, 2, 4, 8, 8, 8]
    assert all(0 <= wait <= most for wait, most in zip(caller.waits, ceilings, strict=True))
    assert len(set(caller.waits)) == 7
    assert max(caller.waits) > 2


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_for(status: int) -> None:
    with serving(answer({}, status=status, Retry_After="7"), GOOD) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == [1]
        assert caller.waits == [7]


def test_retry_after_as_a_date_counts_from_the_servers_own_clock() -> None:
    sent = datetime(2026, 5, 9, 12, tzinfo=UTC)
    dates = {"Date": http_date(sent), "Retry_After": http_date(sent + timedelta(seconds=90))}
    with serving(answer({}, status=429, **dates), GOOD) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == [1]
        assert caller.waits == [90]


def test_retry_after_as_a_date_without_another_counts_from_now() -> None:
    in_a_minute = http_date(datetime.now(UTC) + timedelta(seconds=60))
    with serving(answer({}, status=429, Retry_After=in_a_minute), GOOD) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == [1]
        assert caller.waits == [pytest.approx(60, abs=3)]


@pytest.mark.parametrize("asked", ["soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT", ""])
def test_a_retry_after_that_says_nothing_leaves_the_usual_wait(asked: str) -> None:
    with serving(answer({}, status=429, Retry_After=asked), GOOD) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == [1]
        assert 0 <= caller.waits[0] <= 0.5


@pytest.mark.parametrize("asked", ["3600", "9" * 400])
def test_no_wait_outlasts_the_deadline(asked: str) -> None:
    with serving(answer({}, status=429, Retry_After=asked)) as exchange:
        caller = Caller()
        with pytest.raises(ExchangeUnavailable, match=r"answered 429.*no time for another"):
            caller.get(exchange.url)
        assert (caller.waits, len(exchange.paths)) == ([], 1)


def test_a_trickling_body_ends_with_the_deadline() -> None:
    """Each byte comes within the read timeout, so only the deadline can end it."""
    stop = threading.Event()
    trickle = Answer(b"[1]", missing_bytes=10_000, trickle=stop)
    with serving(trickle) as exchange:
        started = time.monotonic()
        with pytest.raises(ExchangeUnavailable, match=r"body not complete within 0\.2 s"):
            Caller(LIMITS._replace(fetch_seconds=0.2)).get(exchange.url)
        assert time.monotonic() - started < 1
        assert exchange.hung_up.wait(1)
        stop.set()


def test_silence_is_an_answer_where_it_may_be_about_what_was_asked_for() -> None:
    """Whether nothing comes, or a byte at a time for ever: the deadline is not used up."""
    stop = threading.Event()
    trickle = Answer(b"[1]", missing_bytes=10_000, trickle=stop)
    with serving(trickle) as exchange, socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Caller(LIMITS).transport
        for url, reason in (
            (exchange.url, r"body not complete within 0\.6 s \(1 attempts\)"),
            (f"http://127.0.0.1:{silent.getsockname()[1]}", r"ReadTimeoutError.*1 attempts"),
        ):
            asked = call(url, silences=1, read_seconds=0.3)
            answered = transport.ask(asked, transport.deadline())
            assert isinstance(answered, ErrorAnswer)
            assert re.search(reason, answered.message)
        stop.set()


def test_one_deadline_covers_many_requests() -> None:
    with serving(GOOD) as exchange:
        caller = Caller(LIMITS._replace(fetch_seconds=0))
        deadline = caller.transport.deadline()
        with pytest.raises(ExchangeUnavailable, match="not answered within"):
            caller.transport.fetch(call(exchange.url), deadline)
        assert exchange.paths == []


def test_the_fetches_of_a_block_share_the_outermost_deadline() -> None:
    now = 100.0
    transport = JsonTransport(Counters(), LIMITS, monotonic=lambda: now)
    with transport.one_deadline():
        now += 30
        with transport.one_deadline():
            assert transport.deadline().remaining() == LIMITS.fetch_seconds - 30
        assert transport.deadline().remaining() == LIMITS.fetch_seconds - 30
    assert transport.deadline().remaining() == LIMITS.fetch_seconds


def test_a_port_without_a_server_is_retried_and_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        caller = Caller()
        with pytest.raises(ExchangeUnavailable, match=r"^GET /events: .*refused.*4 attempts"):
            caller.get(url)
        assert caller.counters.calls == 4


def test_a_server_that_says_nothing_runs_into_the_read_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ExchangeUnavailable, match=r"ReadTimeoutError.*1 attempts"):
            Caller(LIMITS._replace(attempts=1, read_seconds=0.1)).get(url)


def test_a_compressed_body_is_read_and_counted_as_sent() -> None:
    body = gzip.compress(json.dumps(["yes"] * 1000).encode())
    with serving(Answer(body, headers={"Content-Encoding": "gzip"})) as exchange:
        caller = Caller()
        assert caller.get(exchange.url) == ["yes"] * 1000
        assert caller.counters.bytes == len(body)


def test_numbers_are_never_floats() -> None:
    with serving(Answer(b'[0.1, 1e-3, 5, {"p": 0.30000000000000004}]')) as exchange:
        found = Caller().get(exchange.url)
    assert found == [Decimal("0.1"), Decimal("0.001"), 5, {"p": Decimal("0.30000000000000004")}]


@pytest.mark.parametrize(
    "written", ["NaN", "-Infinity", "1e99999999999999999999", "9" * 5000, "0." + "1" * 5000]
)
def test_a_number_that_nothing_can_be_costs_its_value_not_the_page(written: str) -> None:
    body = f'[{{"price": {written}}}, {{"price": 0.5}}]'
    with serving(Answer(body.encode())) as exchange:
        found = Caller().get(exchange.url)
    assert repr(found) == "[{'price': Decimal('NaN')}, {'price': Decimal('0.5')}]"


def test_a_document_is_posted_as_json_and_retried_like_any_call() -> None:
    with serving(HTML, GOOD) as exchange:
        caller = Caller()
        posted = call(exchange.url, path="/books", document=[{"token_id": "11"}], parameters=())
        assert caller.transport.fetch(posted, caller.transport.deadline()) == [1]
        assert exchange.documents == [[{"token_id": "11"}]] * 2
        assert exchange.paths == ["/books"] * 2


def test_a_failed_post_is_named_as_one() -> None:
    with serving(answer({"error": "Payload exceeds the limit"}, 400)) as exchange:
        caller = Caller()
        posted = call(exchange.url, path="/books", document=[])
        with pytest.raises(
            ExchangeUnavailable, match=r"^POST /books: answered 400 Payload exceeds"
        ):
            caller.transport.fetch(posted, caller.transport.deadline())


def test_answers_come_in_the_order_of_the_calls_over_few_connections() -> None:
    with serving(*(answer([place]) for place in range(40))) as exchange:
        caller = Caller()
        calls = [call(exchange.url, path=f"/{place}") for place in range(40)]
        answers = caller.get_all(calls)
        answered = dict(zip(exchange.paths, range(40), strict=True))
        assert answers == [[answered[call.path]] for call in calls]
        assert len(exchange.connections) <= CONNECTIONS
        assert caller.counters.calls == 40


def test_the_first_failure_of_many_calls_is_raised_and_ends_them() -> None:
    with serving(answer({"error": "no"}, 400)) as exchange:
        caller = Caller()
        calls = [call(exchange.url)] * 1000
        with pytest.raises(ExchangeUnavailable, match="answered 400 no"):
            caller.get_all(calls)
        assert len(exchange.paths) < 500


def test_no_calls_are_no_answers() -> None:
    caller = Caller()
    assert caller.get_all([]) == []


def test_calls_beyond_the_rate_limit_wait_for_their_turn() -> None:
    now = 100.0
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        waits.append(seconds)
        now += seconds

    rates = [RateLimit(frozenset({Family.EVENTS}), 4)]  # we use half
    counters = Counters()
    transport = JsonTransport(counters, LIMITS, rates=rates, sleep=sleep, monotonic=lambda: now)
    with serving(GOOD) as exchange:
        deadline = transport.deadline()
        for _ in range(5):
            transport.fetch(call(exchange.url), deadline)
        assert waits == [10, 10]
        assert counters.as_dict()["throttled"] == 2
        transport.fetch(call(exchange.url, family=Family.BOOKS), deadline)
        assert len(waits) == 2


def test_a_turn_that_comes_after_the_deadline_is_not_waited_for() -> None:
    rates = [RateLimit(frozenset({Family.EVENTS}), 2)]
    limits = LIMITS._replace(fetch_seconds=5)
    transport = JsonTransport(Counters(), limits, rates=rates, monotonic=lambda: 100.0)
    with serving(GOOD) as exchange:
        deadline = transport.deadline()
        transport.fetch(call(exchange.url), deadline)
        with pytest.raises(ExchangeUnavailable, match="the rate limit leaves no time within 5 s"):
            transport.fetch(call(exchange.url), deadline)
        assert len(exchange.paths) == 1


def test_a_body_that_unpacks_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 1 << 20)
    bomb = Answer(gzip.compress(bytes(1 << 22)), headers={"Content-Encoding": "gzip"})
    refused = pytest.raises(ExchangeUnavailable, match="body of more than 1,048,576 bytes")
    with serving(bomb) as exchange, refused:
        Caller().get(exchange.url)


@pytest.mark.timeout(10)
def test_a_part_of_nothing_has_no_halves() -> None:
    """It once was asked for again in two halves of nothing, and so on without end."""
    caller = Caller()
    with serving(GOOD, *[answer({"error": "no ids"}, 400)] * 9) as exchange:
        deadline = caller.transport.deadline()
        fetch = PartedFetch[str](caller.transport, lambda _: call(exchange.url), deadline)
        assert fetch.fetch([["1"]]).refused == []
        assert fetch.fetch([[]]) == Parted([], [])
