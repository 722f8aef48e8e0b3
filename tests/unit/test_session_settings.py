"""What the options of a libpq URL set, read as Postgres reads them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from prescient.core.errors import InvalidRequest
from prescient.store.session_settings import of_url


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {}),
        ("-c jit=off", {"jit": "off"}),
        (" -cjit=off  --work-mem=4MB ", {"jit": "off", "work_mem": "4MB"}),
        ("-c search_path=a,\\ b -c role=x", {"search_path": "a, b", "role": "x"}),
        ("-c prescient.note=a=b\\\\c", {"prescient.note": "a=b\\c"}),
        ("-c jit=off -c jit=on", {"jit": "on"}),
    ],
)
def test_options_are_settings(options: str, expected: dict[str, str]) -> None:
    assert of_url(f"postgresql://me@host/db?options={quote(options)}") == expected


@pytest.mark.parametrize("options", ["-c jit", "-B 100", "jit=off", "-c jit=off -e"])
def test_other_options_are_refused_by_name(options: str) -> None:
    with pytest.raises(InvalidRequest, match="options"):
        of_url(f"postgresql://me@host/db?options={quote(options)}")


def test_a_url_without_options_sets_nothing() -> None:
    assert of_url("postgresql://me@host/db") == {}
