"""The migrate function, invoked as on AWS."""

from __future__ import annotations

from typing import Any

from functions.migrate.app import handler
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings


def invoke(url: str, **event: Any) -> dict[str, Any]:
    """Invoke the function on the database; its answer."""
    environment = Environment(Settings(database_url=url))
    try:
        return handler.bound_to(environment)(event, None)
    finally:
        environment.close()
