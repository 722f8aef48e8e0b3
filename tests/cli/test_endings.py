"""How a command ends where something is wrong: one line, an exit code, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner
from werkzeug.wrappers import Request, Response

from cli.app import program
from cli.options import OWN_FAILURE
from local.http_server import HttpServer
from local.postgres.server import Listener
from tests.cli.conftest import Ran, environment
from tests.docs.pages import ROOT

JSON = {"content-type": "application/json"}
ERROR = (
    '{"code":"name_taken","message":"name: is taken","request_id":"1",'
    '"details":[{"field":"name","rule":"is taken"},{"field":"colour","rule":"is not known"}]}'
)


@pytest.fixture(autouse=True)
def _clean_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile, no setting and no proxy of the user who runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("PRESCIENT_", "XDG_")):
            monkeypatch.delenv(name)


def _ran(*arguments: str, given: str = "", **environment: str) -> Ran:
    ran = CliRunner().invoke(program, arguments, input=given, env=environment)
    assert OWN_FAILURE not in ran.stderr
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


@contextmanager
def _answering(respond: Callable[[Request], Response]) -> Iterator[str]:
    with HttpServer(respond) as server:
        yield server.url


def _answer(body: str, status: int = 200, **headers: str) -> Callable[[Request], Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(body, status, {**JSON, **named})


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (_answer("<html>gateway</html>", 502, content_type="text/html"), "502 and text/html"),
        (_answer("<html>sign in</html>", content_type="text/html"), "that is not the API"),
        (_answer("{", 200), "are both of one version?"),
        (_answer('{"message":"x","portfolios":7}'), "are both of one version?"),
        (_answer("\xff\xfe"), "are both of one version?"),
        (_answer("[]", 500), "without saying why"),
        (_answer("", 302, location="http://example.com/"), "that is not the API"),
    ],
    ids=["html error", "html", "half", "another shape", "no text", "no error body", "redirect"],
)
def test_what_is_not_the_api_is_unreachable(
    respond: Callable[[Request], Response], said: str
) -> None:
    with _answering(respond) as url:
        ran = _ran("portfolio", "list", "--url", url)
    assert (ran.code, ran.out) == (3, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_no_server_is_unreachable_and_says_what_to_do() -> None:
    ran = _ran("portfolio", "list", "--url", f"http://127.0.0.1:{Listener.on_free_port().port}")
    assert ran.code == 3
    assert "make serve" in ran.err


def test_a_server_that_does_not_answer_is_given_up() -> None:
    goes_on = threading.Event()
    with _answering(lambda _: Response(str(goes_on.wait(30)))) as url:
        ran = _ran("portfolio", "list", "--url", url, "--timeout", "0.2")
        goes_on.set()
    assert ran.code == 3
    assert "does not answer within 0.2 seconds" in ran.err


def test_a_change_without_an_answer_says_how_it_is_done_once() -> None:
    keys: list[str | None] = []

    def respond(request: Request) -> Response:
        keys.append(request.headers.get("idempotency-key"))
        return Response("<html>", 504)

    with _answering(respond) as url:
        first = _ran("transfer", "1", "2", "3", "--reason", "evenly", "--url", url)
        again = _ran("transfer", "1", "2", "3", "--reason", "evenly", "--url", url, "--key", "mine")
        read = _ran("portfolio", "list", "--url", url)
    assert (first.code, again.code, read.code) == (3, 3, 3)
    assert f"with --key {keys[0]} it is done once" in first.err
    assert keys[1:] == ["mine", None]
    assert "--key" not in read.err


def test_a_refusal_has_the_code_the_message_and_each_detail() -> None:
    with _answering(_answer(ERROR, 409)) as url:
        ran = _ran("portfolio", "pause", "1", "--reason", "x", "--url", url)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "prescient: name_taken: name: is taken",
        "  name: is taken",
        "  colour: is not known",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("portfolio", "show"),
        ("portfolio", "list", "--nonsense"),
        ("cycle", "show", "abc"),
        ("portfolio", "list", "--url", "ftp://example.com"),
        ("portfolio", "list", "--url", "http://user:secret@example.com"),
        ("portfolio", "list", "--profile", "nowhere"),
        ("transfer", "1", "2", "NaN", "--reason", "evenly"),
        ("transfer", "1", "2", "3"),
        ("portfolio", "create", "X", "--file", "missing.json"),
        ("portfolio", "create", "X", "--set", "novalue", "--strategy", "random", "--balance", "1"),
        ("portfolio", "edit", "1"),
    ],
    ids=" ".join,
)
def test_what_is_typed_wrong_is_told_before_anything_is_sent(arguments: tuple[str, ...]) -> None:
    ran = _ran(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_a_token_does_not_travel_in_the_clear() -> None:
    ran = _ran("portfolio", "list", "--url", "http://example.com", PRESCIENT_TOKEN="secret")
    assert ran.code == 2
    assert "https only" in ran.err
    assert "secret" not in ran.err


def test_a_token_is_sent_and_a_verbose_command_does_not_tell_it() -> None:
    seen: list[str | None] = []

    def respond(request: Request) -> Response:
        seen.append(request.headers.get("authorization"))
        return Response(ERROR, 403, JSON)

    with _answering(respond) as url:
        ran = _ran("portfolio", "list", "-v", "--url", url, "--token", "secret")
    assert seen == ["Bearer secret"]
    assert "GET /p" in ran.err
    assert "secret" not in ran.err


def test_what_the_api_answers_is_printed_byte_for_byte() -> None:
    body = '{"message":"x","portfolio_id":1,"new_field":0.10}'
    with _answering(_answer(body)) as url:
        ran = _ran("portfolio", "create", "X", "--strategy", "s", "--balance", "1", "--json",
                   "--url", url)  # fmt: skip
    assert (ran.code, ran.out) == (0, f"{body}\n")


def test_a_question_is_answered_with_yes_or_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cli.session.is_asked", lambda: True)
    with _answering(_answer('{"message":"x","pause_id":1,"portfolios":2}')) as url:
        pause = ("pause-all", "--reason", "x", "--url", url)
        refused, agreed = _ran(*pause, given="\n"), _ran(*pause, given="y\n")
    assert (refused.code, refused.out) == (1, "")
    assert agreed.code == 0


def test_a_mistake_of_its_own_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.views.portfolios.listed", lambda _: 1 / 0)
    with _answering(_answer('{"message":"x","next":null,"portfolios":[]}')) as url:
        ran = CliRunner().invoke(program, ["portfolio", "list", "--url", url])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"prescient: {OWN_FAILURE}: ZeroDivisionError")


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    body = '{"message":"' + "x" * 200_000 + '","portfolio_id":1}'
    with _answering(_answer(body)) as url:
        ran = subprocess.run(
            f'"{sys.executable}" -P -m cli portfolio create X --strategy s --balance 1 --json '
            f"--url {url} | head -c 10",
            shell=True,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ran.stdout, ran.stderr) == ('{"message"', "")


@pytest.mark.parametrize(("redirection", "code"), [(">&-", 0), ("> /dev/full", 1), ("| cat", 0)])
def test_any_standard_output_will_do(tmp_path: Path, redirection: str, code: int) -> None:
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    body = '{"message":"Größe","portfolio_id":1}'
    with _answering(_answer(body)) as url:
        command = f'"{sys.executable}" -P -m cli portfolio create X --strategy s --balance 1'
        ran = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"{command} --url {url} {redirection}"],
            env=environment(tmp_path) | {"PYTHONIOENCODING": "ascii"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == code
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ("Gr??e: id 1\n" if redirection == "| cat" else "")


def test_ctrl_c_ends_it_with_130(tmp_path: Path) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def respond(_: Request) -> Response:
        asked.set()
        return Response(str(goes_on.wait(30)))

    with _answering(respond) as url:
        waiting = subprocess.Popen(
            [sys.executable, "-P", "-m", "cli", "portfolio", "list", "--url", url],
            env=environment(tmp_path),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.wait(30)
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=30)
        goes_on.set()
    assert waiting.returncode == 130
    assert said == "\nInterrupted.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_completes(shell: str, tmp_path: Path) -> None:
    def printed(**variables: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "cli"],
            env=environment(tmp_path) | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout

    assert "_PRESCIENT_COMPLETE" in printed(_PRESCIENT_COMPLETE=f"source_{shell}")
    typed = {"COMP_WORDS": "prescient portfolio cl", "COMP_CWORD": "2"}
    line = {
        "_TYPER_COMPLETE_ARGS": "prescient portfolio cl",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    assert "clone" in printed(_PRESCIENT_COMPLETE=f"complete_{shell}", **typed, **line)


def test_help_imports_neither_the_client_nor_the_models_nor_what_draws(tmp_path: Path) -> None:
    """It starts in 150 ms; a busy machine has no right time, but what is imported is the same."""
    program = "import sys, cli.app; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    heavy = {"msgspec", "urllib3", "rich", "pydantic", "cli.client", "cli.models", "configparser"}
    assert heavy.isdisjoint(imported)
