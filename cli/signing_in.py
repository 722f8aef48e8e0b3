"""Sign in at a user pool: a machine by its secret, a person by the browser.

OAuth 2.0 as Amazon Cognito speaks it: client credentials, and the authorization code with PKCE
(RFC 7636), whose answer comes back to a port of this machine (RFC 8252).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from .access import is_private_line
from .errors import Failed, Misused, Refused
from .tokens import granted, renewed

CALLBACK = "http://localhost:8976/"
"""Where the user pool sends the browser back to: one of the client's `CallbackURLs`."""
_PATIENCE_SECONDS = 300
_TOKEN_PATH = "/oauth2/token"  # noqa: S105
_AUTHORIZE_PATH = "/oauth2/authorize"
_PAGE = b"<!doctype html><title>Prescient</title><p>The terminal has it: close this page.</p>"


def by_secret(token_url: str, client_id: str, secret: str, scope: str) -> dict[str, str]:
    """Return what a profile keeps for a machine. Raises Refused where the secret is wrong."""
    _check(token_url)
    values = {"token_url": token_url, "client_id": client_id, "scope": scope}
    return renewed({**values, "client_secret": secret})


def by_browser(
    token_url: str, client_id: str, scope: str, tell: Callable[[str], None]
) -> dict[str, str]:
    """Return what a profile keeps for a person, who has five minutes to sign in.

    Raises Refused where the user pool refuses, Failed where no answer comes.
    """
    _check(token_url)
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "scope": scope,
        "state": state,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    page = f"{token_url.removesuffix(_TOKEN_PATH)}{_AUTHORIZE_PATH}?{urlencode(query)}"
    code = _code(page, state, tell)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }
    return {"token_url": token_url, "client_id": client_id, **granted(token_url, form)}


def _check(token_url: str) -> None:
    if not token_url.endswith(_TOKEN_PATH) or not is_private_line(token_url):
        raise Misused(f"--token-url {token_url}: must be https://…{_TOKEN_PATH}")


def _code(page: str, state: str, tell: Callable[[str], None]) -> str:
    """Open the page, and wait for the browser to come back with a code."""
    try:
        server = _Callback()
    except OSError as error:
        raise Failed(f"{CALLBACK} cannot be listened to: {error.strerror}") from None
    with server:
        tell(f"Sign in on this page, which a browser should show:\n{page}")
        webbrowser.open(page)
        answer = server.answer()
    if answer.get("state") != state:
        raise Failed("The browser came back without an answer to this sign-in: try again")
    if "code" not in answer:
        reason = answer.get("error_description", "the user pool refused")
        raise Refused(answer.get("error", "refused"), reason)
    return answer["code"]


class _Callback(HTTPServer):
    """A server that takes one request from the browser."""

    def __init__(self) -> None:
        address = urlsplit(CALLBACK)
        super().__init__((str(address.hostname), int(address.port or 0)), _Handler)
        self.timeout = _PATIENCE_SECONDS
        self.query = ""

    def answer(self) -> dict[str, str]:
        """Return the browser's parameters by name; empty when the time to wait is over."""
        self.handle_request()
        return {name: values[0] for name, values in parse_qs(self.query).items()}


class _Handler(BaseHTTPRequestHandler):
    server: _Callback
    timeout = 10

    def do_GET(self) -> None:
        self.server.query = urlsplit(self.path).query
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing: the address has the code in it."""
