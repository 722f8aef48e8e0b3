"""A real HTTP server on this machine that answers from a script, call by call."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer. `missing_bytes` are promised by Content-Length and never sent.

    With `is_reset` nothing is sent, and the connection is reset.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    trickle: threading.Event | None = None  # a byte at a time until it is set
    is_reset: bool = False


def answer(value: object, status: int = 200, **headers: str) -> Answer:
    """`value` as JSON; header names with `_` for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(json.dumps(value, default=float).encode(), status, headers=named)


HTML = Answer(b"<!DOCTYPE html><title>Just a moment</title>", content_type="text/html")
TRUNCATED = Answer(b'[{"id": "10', missing_bytes=500)
RESET = Answer(b"", is_reset=True)


@dataclass
class ScriptedExchange:
    """Serves `script` in order, then its last answer for ever, and keeps what it was asked."""

    script: list[Answer]
    url: str = ""
    paths: list[str] = field(default_factory=list)
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)  # of the POSTs
    connections: set[int] = field(default_factory=set)
    hung_up: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_answer(self, target: str, document: bytes, client_port: int) -> Answer:
        parts = urlsplit(target)
        with self.lock:
            self.paths.append(parts.path)
            self.queries.append(parse_qs(parts.query))
            self.connections.add(client_port)
            if document:
                self.documents.append(json.loads(document))
            return self.script[min(len(self.paths), len(self.script)) - 1]


@contextmanager
def serving(*script: Answer) -> Iterator[ScriptedExchange]:
    """Answers from a script until the block ends."""
    with serving_exchange(ScriptedExchange(list(script))) as exchange:
        yield exchange


@contextmanager
def serving_exchange(exchange: ScriptedExchange) -> Iterator[ScriptedExchange]:
    """Answers as `exchange` says until the block ends."""
    server = _Server(("127.0.0.1", 0), _handler(exchange))
    exchange.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Refuses no connection while it is busy: the system would let it wait a second."""

    daemon_threads = True
    request_queue_size = 128


def _handler(exchange: ScriptedExchange) -> type[BaseHTTPRequestHandler]:  # noqa: C901
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 2

        def do_GET(self) -> None:
            document = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            scripted = exchange.next_answer(self.path, document, self.client_address[1])
            if scripted.is_reset:
                self._reset()
                return
            self.send_response_only(scripted.status)
            self.send_header("Content-Type", scripted.content_type)
            promised = len(scripted.body) + scripted.missing_bytes
            self.send_header("Content-Length", str(promised))
            for name, value in scripted.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(scripted.body)
            self.close_connection = scripted.missing_bytes > 0
            if scripted.trickle is not None:
                self._drip(scripted.trickle)

        def do_POST(self) -> None:
            self.do_GET()

        def _reset(self) -> None:
            """A socket that lingers for no time is not closed but reset."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def _drip(self, stop: threading.Event) -> None:
            try:
                while not stop.wait(0.01):
                    self.wfile.write(b" ")
            except ConnectionError:
                exchange.hung_up.set()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Handler
