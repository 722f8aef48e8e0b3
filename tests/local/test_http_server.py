"""What the server of the laptop makes of requests before any route sees them, over real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
import urllib3
from werkzeug.wrappers import Request, Response

from local.http_server import HttpServer

LARGEST = 6 * 1024 * 1024


def _echo(request: Request) -> Response:
    told = {"method": request.method, "body": request.get_data(as_text=True)[:20]}
    return Response(json.dumps(told), headers={"content-type": "application/json"})


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with HttpServer(_echo) as opened:
        yield opened


def _raw(server: HttpServer, *requests: bytes) -> list[tuple[int, Any]]:
    """The status and body of each answer on one connection, until the server closes it."""
    host, port = server.url.removeprefix("http://").split(":")
    answers = []
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for request in requests:
            connection.sendall(request)
            response = HTTPResponse(connection)
            response.begin()
            assert response.headers["content-type"] == "application/json"
            answers.append((response.status, json.loads(response.read())))
    return answers


def test_a_connection_stays_open_from_one_request_to_the_next(server: HttpServer) -> None:
    with urllib3.PoolManager(maxsize=1) as client:
        for _ in range(3):
            told = client.request("POST", f"{server.url}/a", body=b"text").json()
            assert told == {"method": "POST", "body": "text"}
            assert client.request("GET", f"{server.url}/a").json()["method"] == "GET"
            assert client.request("HEAD", f"{server.url}/a").data == b""
        pool = client.connection_from_url(server.url)
        assert (pool.num_connections, pool.num_requests) == (1, 9)


def test_a_body_in_chunks_is_read_whole(server: HttpServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    connection = HTTPConnection(host, int(port), timeout=10)
    for _ in range(2):
        connection.request("POST", "/a", body=iter([b"one", b"two"]), encode_chunked=True)
        assert json.loads(connection.getresponse().read())["body"] == "onetwo"
    connection.close()


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("nonsense\r\n\r\n", 400),
        ("GET http://[ HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello", 400),
        (
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (f"POST / HTTP/1.1\r\nContent-Length: {LARGEST + 1}\r\n\r\n{'x' * (LARGEST + 1)}", 413),
        (f"GET /{'x' * 70_000} HTTP/1.1\r\n\r\n", 414),
        (f"GET / HTTP/1.1\r\nX: {'x' * 70_000}\r\n\r\n", 431),
        ("GET / HTTP/9.9\r\n\r\n", 505),
    ],
)
def test_what_cannot_be_read_is_refused_in_json(
    server: HttpServer, request_text: str, status: int
) -> None:
    [(answered, body)] = _raw(server, request_text.encode())
    assert answered == status
    assert body.keys() == {"code", "message", "details", "request_id"}


def test_any_method_reaches_the_application(server: HttpServer) -> None:
    [(status, told)] = _raw(server, b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (status, told["method"]) == (200, "BREW")


def test_a_taken_port_is_an_error_of_the_caller(server: HttpServer) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(_echo, port=int(server.url.rpartition(":")[2]))


def test_the_refusal_of_a_head_has_no_body(server: HttpServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nContent-Length: many\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "begun", ["Content-Length: 5\r\n\r\nhe", "Transfer-Encoding: chunked\r\n\r\n5\r\nhe"]
)
def test_a_body_that_is_announced_and_never_comes_is_not_waited_for_without_end(begun: str) -> None:
    with HttpServer(_echo, patience=0.05) as impatient:
        [(status, body)] = _raw(impatient, f"POST / HTTP/1.1\r\n{begun}".encode())
    assert (status, body["code"]) == (408, "request_timeout")
    assert body["message"] == "body: nothing more came for 0.05 seconds"


def test_a_connection_on_which_nothing_comes_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    with HttpServer(_echo, patience=0.05) as impatient:
        host, port = impatient.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            assert connection.recv(1) == b""
    assert capsys.readouterr().err == ""
