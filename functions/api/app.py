"""Portfolio management and orchestration over HTTP."""

from collections.abc import Mapping
from typing import Any

from prescient.runtime.starting import imports

with imports():
    from prescient.api.application import Application
    from prescient.runtime.http import HttpHandler


def describe() -> Mapping[str, Any]:
    """Import late: only a request for the document should pay for these imports."""
    from prescient.api.document import document

    return document()


handler = HttpHandler(Application, describe=describe)
