"""`make token`, and the key that it signs with."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from local.aws import token
from prescient.runtime.local_tokens import TokenRefused, verified

READ, TRADE, ADMIN = "prescient/read", "prescient/trade", "prescient/admin"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("scope", "granted"),
    [("read", [READ]), ("trade", [READ, TRADE]), ("admin", [READ, TRADE, ADMIN])],
)
def test_it_prints_a_token_and_nothing_else(
    scope: str,
    granted: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SCOPE", scope)
    assert token.main() == 0
    [printed] = capsys.readouterr().out.splitlines()
    claims = verified(f"bearer {printed}", token.own_key())
    assert claims["scope"].split() == granted
    assert int(claims["exp"]) - int(claims["iat"]) == 12 * 3600


@pytest.mark.parametrize("scope", ["", "write", "prescient/read"])
def test_another_scope_is_refused_by_name(
    scope: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCOPE", scope)
    assert token.main() == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"SCOPE={scope}: must be read, trade or admin\n")


def test_the_key_stays_and_its_user_alone_can_read_it() -> None:
    key = token.own_key()
    assert token.own_key() == key
    assert len(key) == 64
    assert stat.S_IMODE(token.KEY_FILE.stat().st_mode) == 0o600
    assert [path.name for path in token.KEY_FILE.parent.iterdir()] == ["token.key"]


def test_a_key_that_others_could_read_is_replaced() -> None:
    key = token.own_key()
    signed = token.signed(key, "read")
    token.KEY_FILE.chmod(0o640)
    assert token.own_key() != key
    assert stat.S_IMODE(token.KEY_FILE.stat().st_mode) == 0o600
    with pytest.raises(TokenRefused, match="not valid here"):
        verified(f"Bearer {signed}", token.own_key())
