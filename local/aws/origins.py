"""Which pages may call: no page of the web reaches a laptop, whatever name it gives to it."""

from __future__ import annotations

import re
from http import HTTPStatus

from werkzeug.wrappers import Request, Response

from local.aws.refusals import Refused
from local.aws.template import CrossOrigin

_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1])(:\d+)?", re.IGNORECASE)


class Origins:
    """The template's CORS, and beside it the names and pages of this machine's own server."""

    def __init__(self, allowed: CrossOrigin) -> None:
        self._allowed = allowed

    def check(self, request: Request) -> None:
        """Raise `Refused` for a request that a page of another origin makes.

        The Host tells a page whose own name has come to mean this machine (DNS rebinding).
        """
        if not _OWN_HOST.fullmatch(request.headers.get("Host", "")):
            raise Refused(403, "foreign_host", "host: must be localhost or 127.0.0.1")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._of_request(request):
            raise Refused(
                403, "foreign_origin", f"origin: pages of {self._allowed.origin} alone may call"
            )

    def preflight(self, request: Request, methods: str) -> Response:
        """Answer OPTIONS: what the page that asks, or anyone else, may do here."""
        response = Response(status=HTTPStatus.NO_CONTENT, headers={"allow": methods})
        if self._is_dashboard(request):
            response.headers["access-control-allow-methods"] = ",".join(self._allowed.methods)
            response.headers["access-control-allow-headers"] = ",".join(self._allowed.headers)
            response.headers["access-control-max-age"] = str(self._allowed.max_age)
        return response

    def shown_to(self, request: Request, response: Response) -> Response:
        """Let the dashboard's pages read the answer."""
        if self._is_dashboard(request):
            response.headers["access-control-allow-origin"] = self._allowed.origin
            response.headers["access-control-expose-headers"] = ",".join(self._allowed.exposed)
            response.headers["vary"] = "origin"
        return response

    def _of_request(self, request: Request) -> tuple[str, str]:
        return (self._allowed.origin, f"http://{request.headers.get('Host')}")

    def _is_dashboard(self, request: Request) -> bool:
        return request.headers.get("Origin") == self._allowed.origin
