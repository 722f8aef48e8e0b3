"""What clients get to know of the API itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prescient.api.models import Model


class OpenApi(Model):
    """This document."""

    openapi: str
    info: Mapping[str, Any]
    paths: Mapping[str, Any]
    components: Mapping[str, Any]
