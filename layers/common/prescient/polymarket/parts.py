"""Calls for many ids at once, among which the exchange may be unable to answer for some.

A call that it answers with an error, again and again, or not in time, is asked for again in
halves, until the ids that it fails for are alone: they are left out, and all others are answered.
An outage looks the same at first, and has to end soon: where nothing at all has been answered, a
few refusals are enough to give up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from prescient.core.errors import ExchangeUnavailable
from prescient.polymarket.transport import Call, Deadline, ErrorAnswer, JsonTransport, concurrently

Id = TypeVar("Id", bound=str)

MOST_REFUSALS = 15  # a chunk, its halves, quarters and eighths: nothing of it was answered
CONFIRMING_ATTEMPTS = 2  # of a single id, before it is left out
AGAIN_READ_SECONDS = 5.0  # for a half: it is smaller, and as many levels as it takes have to fit


@dataclass(frozen=True, slots=True)
class Parted(Generic[Id]):
    """Each answer with the ids that it is for, in their order, and the ids left out."""

    answers: list[tuple[Sequence[Id], object]]
    refused: list[Id]


class PartedFetch(Generic[Id]):
    """One fetch of many ids. `call_of` makes the call for some of them.

    `probe` is a call for no id in particular: where each id was refused by itself and nothing was
    answered, it tells ids that cannot be answered from an exchange that cannot answer.
    """

    def __init__(
        self,
        transport: JsonTransport,
        call_of: Callable[[Sequence[Id]], Call],
        deadline: Deadline,
        *,
        probe: Call | None = None,
    ) -> None:
        self._transport = transport
        self._call_of = call_of
        self._deadline = deadline
        self._probe = probe
        self._lock = threading.Lock()
        self._answered = False
        self._refusals: list[ErrorAnswer] = []

    def fetch(self, parts: Sequence[Sequence[Id]]) -> Parted[Id]:
        """Ask for all parts. Raises `ExchangeUnavailable` rather than leave out all or most."""
        answers, refused = list[tuple[Sequence[Id], object]](), list[Id]()
        ask = self._ask_first
        while parts:
            halves = list[Sequence[Id]]()
            for part, answer in zip(parts, concurrently(ask, parts), strict=True):
                middle = len(part) // 2
                if not isinstance(answer, ErrorAnswer):
                    answers.append((part, answer))
                elif middle:
                    halves += [part[:middle], part[middle:]]
                else:
                    refused += part
            parts, ask = halves, self._ask_again
        if refused and not answers:
            self._check_alive()
        return Parted(answers, refused)

    def _ask_first(self, part: Sequence[Id]) -> object:
        """With all attempts, unless another part has had them in vain."""
        in_vain = bool(self._refusals) and not self._answered
        return self._ask(part, 1 if in_vain else None)

    def _ask_again(self, part: Sequence[Id]) -> object:
        """Once, for it has failed before; an id that may be left out, once more."""
        confirming = len(part) == 1 and self._answered
        return self._ask(part, CONFIRMING_ATTEMPTS if confirming else 1, AGAIN_READ_SECONDS)

    def _ask(
        self, part: Sequence[Id], attempts: int | None, read_seconds: float | None = None
    ) -> object:
        if not self._answered and len(self._refusals) >= MOST_REFUSALS:
            self._give_up()
        call = self._call_of(part)._replace(
            attempts=attempts,
            silences=CONFIRMING_ATTEMPTS if len(part) == 1 else 1,
            read_seconds=read_seconds,
        )
        answer = self._transport.ask(call, self._deadline)
        with self._lock:
            if isinstance(answer, ErrorAnswer):
                self._refusals.append(answer)
            else:
                self._answered = True
        return answer

    def _check_alive(self) -> None:
        """Raise unless the exchange answers the probe."""
        if self._probe is not None:
            once = self._probe._replace(attempts=1, silences=1)
            if not isinstance(self._transport.ask(once, self._deadline), ErrorAnswer):
                return
        self._give_up()

    def _give_up(self) -> NoReturn:
        raise ExchangeUnavailable(self._refusals[0].message)
