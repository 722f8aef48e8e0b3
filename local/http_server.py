"""HTTP/1.1 on the loopback address: werkzeug's server, a thread a connection, with keep-alive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

LOOPBACK = "127.0.0.1"
_CONNECTIONS_WAITING = 128  # a client beyond them waits a second and tries again


class HttpServer:
    """Answers with `respond` from `open` to `close` (or as a context manager)."""

    def __init__(
        self,
        respond: Callable[[Request], Response],
        port: int = 0,
        listener: socket.socket | None = None,
    ) -> None:
        """Port 0 takes a free one; `listener` is one that is already taken, by `listening`.

        Raises OSError when the port is taken.
        """
        with listener or listening(port) as taken:
            self._server = make_server(
                LOOPBACK,
                taken.getsockname()[1],
                Request.application(respond),
                threaded=True,
                request_handler=_KeepAliveHandler,
                fd=taken.fileno(),
            )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.port}"

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


def listening(port: int) -> socket.socket:
    """Take the port: callers wait until a server answers. Raises OSError when it is taken."""
    # Not left to werkzeug, which ends the process when it is.
    return socket.create_server((LOOPBACK, port), backlog=_CONNECTIONS_WAITING)


class _KeepAliveHandler(WSGIRequestHandler):
    """Keeps connections as the exchange and API Gateway do; werkzeug's own handler closes each."""

    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        # Read whole, so that the next request of the connection begins where this one ends.
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        environ = {**self.make_environ(), "wsgi.input": BytesIO(body)}
        response = Response.from_app(self.server.app, environ, buffered=True)
        self.send_response(response.status_code)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.data)

    def finish(self) -> None:
        # What a caller that has gone away left unsent is worth no line on the terminal either.
        with suppress(ConnectionError):
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing: requests are not worth a line on the terminal."""
