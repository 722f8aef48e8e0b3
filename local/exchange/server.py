"""The exchange's HTTP server: Gamma and CLOB on one loopback port."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from local.exchange import clob, gamma
from local.exchange.venue import Venue
from local.exchange.web import Answer

_UNKNOWN = Answer(404, {"error": "not found"})


class ExchangeServer:
    """Serves `venue`, whichever it is at the moment, from `start` (or `with`) to `close`."""

    def __init__(self, venue: Venue, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one."""
        self.venue = venue
        self._server = _Server((host, port), _Handler)
        self._server.exchange = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    exchange: ExchangeServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        venue = self.server.exchange.venue
        query = parse_qs(target.query, keep_blank_values=True)
        self._answer(clob.get(venue, target.path) or gamma.route(venue, target.path, query))

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(clob.post(urlsplit(self.path).path, _parsed(content)))

    def _answer(self, answer: Answer | None) -> None:
        answer = answer or _UNKNOWN
        content = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Requests are not worth a line on the terminal."""


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
