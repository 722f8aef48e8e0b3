"""The page of `make serve`: whole without a network, and not in the way of the API."""

from __future__ import annotations

import json
import re

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from local.demo.page import PATH, with_page
from operations.openapi import document


@pytest.fixture
def browser() -> Client:
    respond = with_page(lambda request: Response(f"the API at {request.path}"))
    return Client(Request.application(respond))


def test_it_loads_nothing_from_elsewhere(browser: Client) -> None:
    page = browser.get(PATH)
    assert page.content_type == "text/html; charset=utf-8"
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for address in loaded:
        answer = browser.get(address)
        assert address.startswith(f"{PATH}/")
        assert (answer.status_code, len(answer.data) > 100) == (200, True)
    assert "connect-src 'self'" in page.headers["content-security-policy"]


def test_it_shows_the_document(browser: Client) -> None:
    start = browser.get(f"{PATH}/start.js").text
    options = json.loads(start.removeprefix("SwaggerUIBundle(").removesuffix(");\n"))
    assert options["spec"] == {**json.loads(document()), "servers": [{"url": "/"}]}


@pytest.mark.parametrize(
    "path", ["/health", f"{PATH}/../etc/passwd", f"{PATH}/index.html", "/docsx", "/"]
)
def test_all_else_is_the_apis(browser: Client, path: str) -> None:
    assert browser.get(path).text.startswith("the API at ")
    assert browser.post(PATH).text == f"the API at {PATH}"


@pytest.mark.parametrize("path", [PATH, f"{PATH}/start.js", f"{PATH}/swagger-ui.css"])
def test_a_name_that_has_come_to_mean_this_machine_is_left_to_the_gateway(
    browser: Client, path: str
) -> None:
    assert browser.get(path, headers={"host": "evil.example"}).text == f"the API at {path}"
    assert browser.get(path, headers={"host": "127.0.0.1:8000"}).text != f"the API at {path}"
