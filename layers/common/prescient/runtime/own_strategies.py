"""A user's own strategies: the modules of the folder that STRATEGIES_PATH names."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from prescient.core.errors import InvalidStrategy
from prescient.core.strategies import registry
from prescient.core.strategies.registration import own_strategy, told
from prescient.runtime.observability import logger
from prescient.runtime.time_limit import TimeLimit

PATH = "STRATEGIES_PATH"
_lock = threading.Lock()
_read: set[str] = set()


def register_from(folder: str, seconds: float) -> None:
    """Register the strategies of the folder, once a process; each may run for `seconds`.

    A module that is no strategy is refused by name, logged, and reported to each caller that asks
    for it; it stops neither the others nor the process.
    """
    with _lock:
        if folder in _read:
            return
        _read.add(folder)
        limit = TimeLimit(seconds)
        if not Path(folder).is_dir():
            _refuse(PATH, f"{PATH}: {folder} is not a folder")
        found = [*modules(Path(folder))]
        if not found:
            return
        # At once, so that however many do not end, the time of one is waited for.
        with ThreadPoolExecutor(len(found)) as readers:
            problems = readers.map(partial(_problem, limit=limit), found)
            for path, problem in zip(found, problems, strict=True):
                if problem:
                    _refuse(path.stem, problem)


def _problem(path: Path, limit: TimeLimit) -> str:
    """Why the module cannot be registered; nothing where it is."""
    try:
        register(path, limit)
    except InvalidStrategy as error:
        return str(error)
    return ""


def modules(folder: Path) -> Iterator[Path]:
    """The folder's modules in the order of their names; one that begins with `_` is none."""
    return (path for path in sorted(folder.glob("*.py")) if path.name[0] not in "._")


def register(path: Path, limit: TimeLimit) -> None:
    """Register the strategy of one module; raises `InvalidStrategy` with the module's name."""
    try:
        found = limit(lambda: _strategy_of(path))
        registry.register(own_strategy(path.stem, found, limit))
    except InvalidStrategy as error:
        raise InvalidStrategy(f"{path.name} {error}") from error
    except Exception as error:
        raise InvalidStrategy(f"{path.name} {told(error)}") from error


def _strategy_of(path: Path) -> object:
    """Import the module under a name that no package has, and return its STRATEGY."""
    name = f"own_strategies.{path.stem}"
    specification = spec_from_file_location(name, path, loader=SourceFileLoader(name, str(path)))
    if specification is None or specification.loader is None:
        raise InvalidStrategy("cannot be read")
    module = module_from_spec(specification)
    sys.modules[name] = module  # pydantic looks the module's names up here
    try:
        specification.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return getattr(module, "STRATEGY", None)


def _refuse(name: str, reason: str) -> None:
    registry.refuse(name, reason)
    logger.error("strategy refused", strategy=name, reason=reason)
