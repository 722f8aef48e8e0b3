"""The reason that every change by hand of money or of a status gives."""

from __future__ import annotations

from pydantic import ConfigDict

from prescient.api.models import Model
from prescient.api.requests.values import Reason


class Because(Model):
    """Why something changes: it stays in the record."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
