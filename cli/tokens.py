"""The bearer token of a request: as given, or the profile's, renewed when it has run out."""

from __future__ import annotations

from .access import Access


class Bearer:
    """Gives the token that goes with an address; None where there is none."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __call__(self) -> str | None:
        return self._access.token
