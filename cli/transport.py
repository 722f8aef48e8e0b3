"""HTTP to the API: one request, one whole answer, within a time that ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from .access import is_private_line
from .errors import Misused, NoAnswer, Unreachable

_CONNECT_SECONDS = 5
_CHUNK = 65_536
_LONGEST = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Its media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.kind == "application/json" or self.kind.endswith("+json")


class Transport:
    """Sends requests to one address, on connections that stay open between them."""

    def __init__(self, address: str, *, seconds: float, verbose: bool) -> None:
        """`seconds` are those that a request may take, the whole answer included."""
        self._address, self._seconds, self._verbose = address, seconds, verbose
        self._pool = _pool(address)

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Received:
        """Send one request. Raises Unreachable where no whole answer comes in time."""
        if "authorization" in headers and not is_private_line(self._address):
            raise Misused(f"{self._address}: a token is sent over https only")
        started = time.monotonic()
        try:
            received = self._sent(method, path, headers, body, started + self._seconds)
        except HTTPError as error:
            raise _failure(self._address, error, self._seconds) from None
        if self._verbose:
            elapsed = round((time.monotonic() - started) * 1000)
            print(f"{method} {path} {received.status} {elapsed} ms", file=sys.stderr)
        return received

    def _sent(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Received:
        response = self._pool.request(
            method,
            self._address + path,
            body=body,
            headers=headers,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, total=self._seconds),
            retries=False,
            redirect=False,  # a token must not follow to another address
            preload_content=False,
        )
        content = bytearray()
        while chunk := response.read1(_CHUNK):
            content += chunk
            if time.monotonic() > deadline or len(content) > _LONGEST:
                response.close()
                raise urllib3.exceptions.ReadTimeoutError(None, path, "too slow")  # type: ignore[arg-type]
        response.release_conn()
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Received(response.status, bytes(content), lowered)


def _pool(address: str) -> urllib3.PoolManager:
    """Connections to the address, through the environment's proxy where it names one."""
    parts = urlsplit(address)
    if parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return urllib3.PoolManager()
    from urllib.request import getproxies, proxy_bypass

    proxy = getproxies().get(parts.scheme)
    if proxy is None or proxy_bypass(parts.netloc):
        return urllib3.PoolManager()
    return urllib3.ProxyManager(proxy if "://" in proxy else f"http://{proxy}")


def _failure(address: str, error: HTTPError, seconds: float) -> Unreachable:
    match error:
        case urllib3.exceptions.NameResolutionError():
            return Unreachable(f"{address}: there is no host of this name")
        case urllib3.exceptions.NewConnectionError():
            way_out = "is it running? `make serve` starts one on this machine"
            return Unreachable(f"{address} refuses connections: {way_out}")
        case urllib3.exceptions.SSLError():
            return Unreachable(f"{address} cannot be trusted: {error}")
        case urllib3.exceptions.ConnectTimeoutError():
            return Unreachable(f"{address} does not answer")
        case urllib3.exceptions.ReadTimeoutError():
            return NoAnswer(f"{address} does not answer within {seconds:g} seconds")
        case _:
            return NoAnswer(f"{address} breaks off its answer: {type(error).__name__}")
