"""A small HTTP/1.1 server with keep-alive: one function answers every request, each in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is the path with its query; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = LOOPBACK


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` need not have Content-Length; one that is wrong ends the connection."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpServer:
    """Answers with `respond` from `open` to `close` (or as a context manager)."""

    def __init__(
        self, respond: Callable[[Request], Response], host: str = LOOPBACK, port: int = 0
    ) -> None:
        """Port 0 takes a free one. Raises OSError when the address is taken."""
        self._server = _Server((host, port), _Handler)
        self._server.respond = respond
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a connection more than this waits a second and tries again
    respond: Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        source_ip = str(self.client_address[0])
        answer = self.server.respond(Request(self.command, self.path, headers, body, source_ip))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = str(len(answer.body))
        if answer.headers.get("Content-Length", length) != length:
            self.close_connection = True
        elif "Content-Length" not in answer.headers:
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _exchange  # noqa: N815 (the base class's)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Requests are not worth a line on the terminal."""
