"""The rows of a list as CSV, and which form of an answer a client gets."""

from __future__ import annotations

import csv
import io

import pytest

from tests.api.client import BECAUSE, Client
from tests.api.lists import each_list, rows


@each_list
def test_the_same_rows_as_csv(traded: Client, path: str) -> None:
    shown = traded.get(path)
    table = traded.get(path, headers={"accept": "text/csv"})
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert len(lines) == len(rows(shown.json))
    for line, row in zip(lines, rows(shown.json), strict=True):
        plain = {
            name: value for name, value in row.items() if not isinstance(value, dict | list | str)
        }
        assert {name: line[name] for name in plain} == {
            name: "" if value is None else _text(value) for name, value in plain.items()
        }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@each_list
def test_a_page_of_csv_names_the_next_one_in_its_link(traded: Client, path: str) -> None:
    headers = {"accept": "text/csv"}
    first = traded.get(f"{path}?limit=1", headers=headers)
    [target, relation] = first.headers["Link"].split("; ")
    assert relation == 'rel="next"'
    assert target.strip("<>") == traded.get(f"{path}?limit=1").json["next"]
    assert "Link" not in traded.get(path, headers=headers).headers


def test_an_empty_page_of_csv_has_its_names(traded: Client) -> None:
    table = traded.get("/portfolios/1/trades?market_id=none", headers={"accept": "text/csv"})
    assert table.text.startswith("trade_id,position_id,")
    assert table.text.count("\r\n") == 1


def test_models_within_a_row_are_columns_and_documents_are_json(traded: Client) -> None:
    table = traded.get("/portfolios?tag=lab", headers={"accept": "text/csv"})
    [line] = csv.DictReader(io.StringIO(table.text, newline=""))
    assert line["tags"] == '["lab"]'
    [row] = traded.get("/portfolios?tag=lab").json["portfolios"]
    for name in ("drawdown", "free_room"):
        for inner, value in row[name].items():
            assert line[f"{name}_{inner}"] == ("" if value is None else str(value))


def test_a_text_is_no_formula_to_a_spreadsheet(traded: Client) -> None:
    table = traded.get("/portfolios?tag=lab", headers={"accept": "text/csv"})
    [line] = csv.DictReader(io.StringIO(table.text, newline=""))
    assert line["name"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("TEXT/CSV;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"),
        ("text/csv;q=0, */*", "application/json"),
        ("application/json, text/csv", "application/json"),
        ("text/csv;header=present;q=1, application/json;q=0.9", "text/csv; charset=utf-8"),
        ("text/csv;q=much", "text/csv; charset=utf-8"),
    ],
)
def test_what_the_client_would_rather_have(traded: Client, accept: str, kind: str) -> None:
    answer = traded.get("/portfolios/1/trades", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/portfolios/1/trades", "application/xml"),
        ("/portfolios/1/trades", "text/csv;q=0, text/html"),
        ("/portfolios/1", "text/csv"),
        ("/paper-trading/portfolio?portfolio_id=1", "text/csv"),
        ("/health", "image/png"),
    ],
)
def test_what_cannot_be_had_is_not_acceptable(traded: Client, path: str, accept: str) -> None:
    answer = traded.get(path, headers={"accept": accept})
    assert (answer.status, answer.json["code"]) == (406, "not_acceptable")
    assert answer.json["message"].startswith("accept: ")


def test_nothing_is_done_for_a_client_that_wants_no_answer(traded: Client) -> None:
    before = traded.world.everything()
    answer = traded.post(
        "/portfolios/1/deposit", {"amount": 1, **BECAUSE}, headers={"accept": "application/xml"}
    )
    assert answer.status == 406
    assert traded.world.everything() == before
