"""Where address and token come from, and how `prescient login` keeps them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import threading
import time
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner
from werkzeug.wrappers import Request, Response

from cli import signing_in
from cli.access import LAPTOP, OF_THE_CHECKOUT, Access, resolve
from cli.app import program
from cli.errors import Misused
from cli.options import OWN_FAILURE
from cli.profiles import Profile, read, write
from cli.tokens import claims
from local.http_server import HttpServer
from tests.cli.conftest import Ran

ELSEWHERE = "https://api.example.com"
EMPTY_PAGE = '{"message":"x","next":null,"portfolios":[]}'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work/below").mkdir(parents=True)
    return tmp_path


def _resolved(home: Path, *, url: str | None = None, token: str | None = None,
              profile: str | None = None, **environment: str) -> Access:  # fmt: skip
    where = {"PRESCIENT_PROFILES": str(home / "profiles.ini"), **environment}
    folder = home / "work/below"
    return resolve(url=url, token=token, profile=profile, environment=where, folder=folder)


def _profile(home: Path, name: str = "default", **values: str) -> None:
    write(Profile(home / "profiles.ini", name, values))


def _served(home: Path) -> None:
    values = {"url": "http://127.0.0.1:8123", "token": "of serve"}
    write(Profile(home / "work" / OF_THE_CHECKOUT, "default", values))


def test_the_first_that_has_it_wins(home: Path) -> None:
    assert (_resolved(home).address, _resolved(home).token) == (LAPTOP, None)
    _profile(home, url=ELSEWHERE, token="kept")
    assert (_resolved(home).address, _resolved(home).token) == (ELSEWHERE, "kept")
    _served(home)
    assert _resolved(home).token == "of serve"
    assert _resolved(home, profile="default").token == "kept"
    assert _resolved(home, PRESCIENT_PROFILE="default").token == "kept"
    assert _resolved(home, PRESCIENT_TOKEN="variable").token == "variable"
    assert _resolved(home, token="option", PRESCIENT_TOKEN="variable").token == "option"
    url = _resolved(home, url="http://option", PRESCIENT_URL="http://variable")
    assert (url.address, url.address_source) == ("http://option", "--url")


def test_the_token_of_a_profile_opens_its_own_address_only(home: Path) -> None:
    _profile(home, url=ELSEWHERE, token="kept", token_url="https://x/oauth2/token")
    assert _resolved(home, url=f"{ELSEWHERE}/").token == "kept"
    other = _resolved(home, url="https://evil.example.com")
    assert (other.token, other.profile.values) == (None, {})


def test_a_file_that_others_may_read_is_refused(home: Path) -> None:
    _profile(home, url=ELSEWHERE, token="kept")
    file = home / "profiles.ini"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(Misused, match="chmod 600"):
        _resolved(home)


def test_a_file_of_another_user_is_not_believed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _served(home)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert _resolved(home).address == LAPTOP


@pytest.mark.parametrize("content", ["no section", "[a]\n[a]\n", "[a]\nx\n", "\xff"])
def test_what_is_no_profile_file_is_told(home: Path, content: str) -> None:
    file = home / "profiles.ini"
    file.write_bytes(content.encode("latin-1"))
    file.chmod(0o600)
    with pytest.raises(Misused, match=r"profiles\.ini cannot be read"):
        _resolved(home)


def test_what_one_profile_is_given_leaves_the_others(home: Path) -> None:
    _profile(home, "one", token="100%s")
    _profile(home, "other", token="2")
    assert read(home / "profiles.ini", "one").values == {"token": "100%s"}
    with pytest.raises(Misused, match="it has one, other"):
        _resolved(home, profile="third")


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", "", "x.e30.x", "a.W10.c", "a.eyJleHAiOiAxZTk5OX0.c"]
)
def test_any_token_can_be_looked_at(token: str) -> None:
    read_claims = claims(token)
    assert read_claims is None or read_claims.scopes == ()


@dataclass
class UserPool:
    """What Amazon Cognito does at its token endpoint, and the API behind it."""

    expires_in: int = 3600
    granted: list[dict[str, str]] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)

    def respond(self, request: Request) -> Response:
        if request.path != "/oauth2/token":
            is_known = request.headers["authorization"] == f"Bearer access-{len(self.granted)}"
            return _json(
                EMPTY_PAGE if is_known else '{"message": "Unauthorized"}', 200 if is_known else 401
            )
        form = request.form.to_dict()
        match form["grant_type"]:
            case "client_credentials":
                basic = base64.b64decode(request.headers["authorization"].split()[1]).decode()
                is_good = basic == "machine:secret"
            case "authorization_code":
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                given = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                is_good = self.challenges.get(form["code"]) == given
            case _:
                is_good = form["refresh_token"] == "refresh-1"
        if not is_good:
            return _json('{"error": "invalid_client"}', 400)
        self.granted.append(form)
        number = len(self.granted)
        answer: dict[str, Any] = {
            "access_token": f"access-{number}",
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }
        if form["grant_type"] == "authorization_code":
            answer["refresh_token"] = f"refresh-{number}"
        return _json(json.dumps(answer))


def _json(body: str, status: int = 200) -> Response:
    return Response(body, status, {"content-type": "application/json"})


@pytest.fixture
def pool() -> UserPool:
    return UserPool()


@pytest.fixture
def url(pool: UserPool) -> Iterator[str]:
    with HttpServer(pool.respond) as server:
        yield server.url


def _ran(home: Path, *arguments: str, given: str = "", **environment: str) -> Ran:
    where = {"PRESCIENT_PROFILES": str(home / "profiles.ini"), "PRESCIENT_TOKEN": ""}
    ran = CliRunner().invoke(program, arguments, input=given, env=where | environment)
    assert OWN_FAILURE not in ran.stderr
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


def test_a_machine_keeps_its_token_until_it_has_run_out(
    home: Path, pool: UserPool, url: str
) -> None:
    machine = ("--url", url, "--token-url", f"{url}/oauth2/token", "--client-id", "machine")
    signed_in = _ran(home, "login", *machine, PRESCIENT_CLIENT_SECRET="secret")
    assert (signed_in.code, signed_in.out) == (0, "")
    assert pool.granted[0]["scope"] == "prescient/read prescient/trade"
    for _ in range(2):
        assert _ran(home, "portfolio", "list").code == 0
    assert len(pool.granted) == 1
    kept = read(home / "profiles.ini", "default").values
    write(Profile(home / "profiles.ini", "default", {**kept, "expires_at": str(time.time() + 30)}))
    assert _ran(home, "portfolio", "list").code == 0
    assert len(pool.granted) == 2


def test_a_wrong_secret_is_refused_and_nothing_is_kept(home: Path, url: str) -> None:
    machine = ("--url", url, "--token-url", f"{url}/oauth2/token", "--client-id", "machine")
    refused = _ran(home, "login", *machine, given="wrong\n")
    assert refused.code == 1
    assert "invalid_client" in refused.err
    assert "wrong" not in refused.err
    assert not (home / "profiles.ini").exists()


def test_a_person_signs_in_with_the_browser_and_stays_signed_in(
    home: Path, pool: UserPool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def browse(page: str) -> bool:
        query = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert query["code_challenge_method"] == "S256"
        pool.challenges["code"] = query["code_challenge"]
        callback = f"{query['redirect_uri']}?code=code&state={query['state']}"
        threading.Thread(target=lambda: urlopen(callback).close()).start()
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    person = ("--url", url, "--token-url", f"{url}/oauth2/token", "--client-id", "web", "--browser")
    assert _ran(home, "login", "--profile", "me", *person).code == 0
    kept = read(home / "profiles.ini", "me").values
    assert kept["refresh_token"] == "refresh-1"
    write(Profile(home / "profiles.ini", "me", {**kept, "expires_at": "0"}))
    assert _ran(home, "portfolio", "list", "--profile", "me").code == 0
    assert [form["grant_type"] for form in pool.granted] == ["authorization_code", "refresh_token"]


def test_a_forged_answer_of_the_browser_is_not_taken(
    home: Path, pool: UserPool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def browse(page: str) -> bool:
        pool.challenges["code"] = parse_qs(urlsplit(page).query)["code_challenge"][0]
        forged = f"{signing_in.CALLBACK}?code=code&state=forged"
        threading.Thread(target=lambda: urlopen(forged).close()).start()
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    person = ("--url", url, "--token-url", f"{url}/oauth2/token", "--client-id", "web", "--browser")
    assert _ran(home, "login", *person).code == 1
    assert pool.granted == []


def test_a_token_can_be_handed_over(home: Path, pool: UserPool, url: str) -> None:
    pool.granted.append({})
    assert _ran(home, "login", "--url", url, given="access-1\n").code == 0
    assert _ran(home, "portfolio", "list").code == 0
    assert _ran(home, "login", "--url", url, given="\n").code == 2
    insecure = ("--token-url", "http://example.com/oauth2/token", "--client-id", "x")
    assert _ran(home, "login", "--url", url, *insecure, given="s\n").code == 2
