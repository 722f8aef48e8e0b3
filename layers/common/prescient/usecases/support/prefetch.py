"""Makes the next item of an iterator while the last one is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from types import TracebackType

Item = TypeVar("Item")


class Prefetched(Iterator[Item], Generic[Item]):
    """The same items in their order, each made in another thread from `begin_next` on.

    Threads of Python take turns, so it is best to begin where the user of an item is about to wait
    for something else. At most two items are alive at once. What `items` raises is raised in the
    place of the item. On leaving the block, an item in the making is waited for.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._items = items
        self._thread = ThreadPoolExecutor(1)
        self._coming: Future[Item | None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.shutdown()

    def __next__(self) -> Item:
        coming, self._coming = self._begun(), None
        item = coming.result()
        if item is None:
            raise StopIteration
        return item

    def begin_next(self) -> None:
        """Begin to make the next item, unless it is begun; it is when the item is asked for."""
        self._coming = self._begun()

    def _begun(self) -> Future[Item | None]:
        return self._coming or self._thread.submit(next, self._items, None)
