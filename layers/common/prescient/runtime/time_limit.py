"""Runs code that is not ours for a bounded time, in any thread."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

ResultT = TypeVar("ResultT")


class _Stopped(BaseException):
    """Thrown into work whose time is over."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """Runs a piece of work in a thread of its own, for at most `seconds`.

    Raises `TimeoutError` where it does not end, and what it raises itself. Python code is stopped
    at its next instruction; a call into C that never comes back goes on until the process ends.
    """

    seconds: float

    def __call__(self, work: Callable[[], ResultT], /) -> ResultT:
        answer: Future[ResultT] = Future()
        thread = threading.Thread(target=_answer, args=(work, answer), daemon=True)
        thread.start()
        try:
            return answer.result(self.seconds)
        except TimeoutError:
            if answer.done():
                raise
            _stop(thread)
            raise TimeoutError(f"did not end within {self.seconds:g} seconds") from None


def _answer(work: Callable[[], ResultT], answer: Future[ResultT]) -> None:
    try:
        answer.set_result(work())
    except _Stopped:
        pass
    except BaseException as error:  # noqa: BLE001 (whatever it raises is its answer)
        answer.set_exception(error if isinstance(error, Exception) else _as_error(error))


def _as_error(error: BaseException) -> Exception:
    """What would end the process, as an error of the work's: `sys.exit`, for one."""
    return RuntimeError(f"{type(error).__name__} was raised").with_traceback(error.__traceback__)


def _stop(thread: threading.Thread) -> None:
    # CPython has no other way to end a thread that does not look at a flag.
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stopped)
    )
