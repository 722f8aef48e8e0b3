"""The page of `make serve` on which the API can be tried: Swagger UI, without a network."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from werkzeug.wrappers import Request, Response

from local.aws.origins import has_own_host
from prescient.api.document import document

PATH = "/docs"
_START = "start.js"
_FILES = (
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "favicon-32x32.png",
)
_HTML = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Prescient: the API, to try</title>
<link rel="icon" href="{PATH}/favicon-32x32.png">
<link rel="stylesheet" href="{PATH}/swagger-ui.css">
<div id="api"></div>
<noscript>This page needs JavaScript; docs/http-api.md does not.</noscript>
<script src="{PATH}/swagger-ui-bundle.js"></script>
<script src="{PATH}/{_START}"></script>
</html>
"""
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
}
Respond = Callable[[Request], Response]


def with_page(respond: Respond) -> Respond:
    """Answer requests below `PATH` with the page's files, and all others with `respond`.

    The page has no token: the user enters one to try a request. A request whose Host is not this
    machine goes to `respond` too, which refuses it.
    """

    def answer(request: Request) -> Response:
        under = request.path.removeprefix(PATH)
        is_for_page = request.method == "GET" and request.path.startswith(PATH)
        if not is_for_page or not has_own_host(request):
            return respond(request)
        if under in ("", "/"):
            return _file(_HTML, "text/html; charset=utf-8")
        name = under.removeprefix("/")
        if name == _START:
            return _file(_start(), "text/javascript")
        if name in _FILES:
            return _file((_folder() / name).read_bytes(), mimetypes.guess_type(name)[0] or "")
        return respond(request)

    return answer


def _file(content: str | bytes, content_type: str) -> Response:
    return Response(content, headers={**_HEADERS, "content-type": content_type})


def _start() -> str:
    options = {
        "dom_id": "#api",
        "spec": {**document(), "servers": [{"url": "/"}]},
        "deepLinking": True,
        "displayRequestDuration": True,
        "docExpansion": "none",
        "filter": True,
        "persistAuthorization": False,
        "tryItOutEnabled": True,
    }
    return f"SwaggerUIBundle({json.dumps(options)});\n"


def _folder() -> Path:
    """Return the folder of Swagger UI. Its package is not imported, since that needs Flask."""
    found = find_spec("flask_swagger_ui")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "dist"
