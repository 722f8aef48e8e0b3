"""Which web pages may call the laptop's API: the dashboard's and its own, and no others."""

from __future__ import annotations

import re

from werkzeug.wrappers import Request, Response

from local.aws.refusals import Refused
from local.aws.template import CrossOrigin

_OWN_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1])(:\d+)?", re.IGNORECASE)


def has_own_host(request: Request) -> bool:
    """Whether the request's Host is a name of this machine; after DNS rebinding it is another."""
    return _OWN_HOST.fullmatch(request.headers.get("Host", "")) is not None


class Origins:
    """Applies the template's CORS, and admits only the names and pages of this machine's server."""

    def __init__(self, allowed: CrossOrigin) -> None:
        self._allowed = allowed

    def check(self, request: Request) -> None:
        """Raise `Refused` (403) for a request that a page of another origin makes.

        Such a page may make its own name resolve to this machine (DNS rebinding): then the Host is
        that name.
        """
        if not has_own_host(request):
            raise Refused(403, "foreign_host", "host: must be localhost or 127.0.0.1")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._permitted(request):
            raise Refused(
                403, "foreign_origin", f"origin: only pages of {self._allowed.origin} may call"
            )

    def shown_to(self, request: Request, response: Response) -> Response:
        """Let the dashboard's pages read the answer; one to OPTIONS tells them what they may do."""
        if request.headers.get("Origin") != self._allowed.origin:
            return response
        response.headers["access-control-allow-origin"] = self._allowed.origin
        response.headers["access-control-expose-headers"] = ",".join(self._allowed.exposed)
        response.headers["vary"] = "origin"
        if request.method == "OPTIONS":
            response.headers["access-control-allow-methods"] = ",".join(self._allowed.methods)
            response.headers["access-control-allow-headers"] = ",".join(self._allowed.headers)
            response.headers["access-control-max-age"] = str(self._allowed.max_age)
        return response

    def _permitted(self, request: Request) -> tuple[str, str]:
        return (self._allowed.origin, f"http://{request.headers.get('Host')}")
