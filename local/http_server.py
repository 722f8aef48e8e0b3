"""HTTP/1.1 on this machine: werkzeug's server with keep-alive, one thread per connection."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed import SupportsRead

LOOPBACK = "127.0.0.1"
_LONGEST_BODY = 6 * 1024 * 1024  # bytes, what Lambda takes
_PATIENCE = 60.0  # seconds; each connection holds a thread
_CONNECTIONS_WAITING = 128  # a client beyond them waits a second and tries again


class HttpServer:
    """Answers with `respond` from `open` to `close` (or as a context manager)."""

    def __init__(
        self,
        respond: Callable[[Request], Response],
        port: int = 0,
        listener: socket.socket | None = None,
        host: str = LOOPBACK,
        patience: float = _PATIENCE,
    ) -> None:
        """Port 0 takes a free one; `listener` is a socket that `listening` has already opened.

        A connection on which nothing comes for `patience` seconds is closed. Raises OSError
        when the port is taken.
        """
        self._host = host
        with listener or listening(port, host) as taken:
            self._server = make_server(
                host,
                taken.getsockname()[1],
                Request.application(respond),
                threaded=True,
                request_handler=type("_Handler", (_KeepAliveHandler,), {"timeout": patience}),
                fd=taken.fileno(),
            )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._server.port}"

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


def listening(port: int, host: str = LOOPBACK) -> socket.socket:
    """Take the port: callers wait until a server answers. Raises OSError when it is taken."""
    # werkzeug would end the process when the port is taken.
    return socket.create_server((host, port), backlog=_CONNECTIONS_WAITING)


class _Unreadable(Exception):
    """The request is not read to its end; the message says why."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _KeepAliveHandler(WSGIRequestHandler):
    """Keeps connections alive as API Gateway and the exchange do; werkzeug's own closes them."""

    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        # The body is read whole, so that the connection's next request begins where this one ends.
        try:
            environ = self._environ()
            body = self._body(environ)
        except _Unreadable as refusal:
            self.send_error(refusal.status, str(refusal))
            return
        whole = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        self._send(Response.from_app(self.server.app, environ | whole, buffered=True))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that is not read to its end, with the API's error body."""
        status = HTTPStatus(code)
        field, _, rule = (message or "").partition(": ")
        body = {
            "code": status.name.lower(),
            "message": message or explain or status.phrase,
            "details": [{"field": field, "rule": rule}] if rule else [],
            "request_id": str(uuid.uuid4()),
        }
        self.close_connection = True
        self.request_version = self.protocol_version  # the request's own may be unreadable
        headers = {"content-type": "application/json", "connection": "close"}
        self._send(Response(json.dumps(body), code, headers))

    def _environ(self) -> dict[str, Any]:
        """Return the WSGI environment. Raises `_Unreadable` for a target that is no URL."""
        try:
            return self.make_environ()
        except ValueError as error:
            raise _Unreadable(HTTPStatus.BAD_REQUEST, f"target: {error}") from None

    def _body(self, environ: Mapping[str, Any]) -> bytes:
        """Return the body. Raises `_Unreadable` where its end is unknown or it is too long."""
        chunks, length = self.headers.get("Transfer-Encoding"), self.headers.get("Content-Length")
        if chunks is not None:
            if length is not None or not environ.get("wsgi.input_terminated"):
                message = "transfer-encoding: must be chunked, without a content-length"
                raise _Unreadable(HTTPStatus.BAD_REQUEST, message)
            body = self._read(environ["wsgi.input"], _LONGEST_BODY + 1)
        elif length is None:
            return b""
        elif not (length.isascii() and length.isdecimal()):
            raise _Unreadable(HTTPStatus.BAD_REQUEST, "content-length: must be a whole number")
        else:
            body = self._read(self.rfile, min(int(length), _LONGEST_BODY + 1))
        if len(body) > _LONGEST_BODY:
            message = f"body: at most {_LONGEST_BODY} bytes"
            raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        return body

    def _read(self, source: SupportsRead[bytes], most: int) -> bytes:
        try:
            return source.read(most)
        except TimeoutError:
            message = f"body: nothing more came for {self.timeout:g} seconds"
            raise _Unreadable(HTTPStatus.REQUEST_TIMEOUT, message) from None
        except OSError as error:
            raise _Unreadable(HTTPStatus.BAD_REQUEST, f"body: {error}") from None

    def _send(self, response: Response) -> None:
        self.send_response(response.status_code)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.data)

    def finish(self) -> None:
        # A caller that has gone away is not worth a line on the terminal.
        with suppress(ConnectionError):
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing: requests are not worth a line on the terminal."""

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the library's)
        """Write nothing: what is refused is answered, and a silent connection is just closed."""
