"""Signing in, and the doctor."""

from __future__ import annotations

import getpass
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..errors import Failed, Misused
from ..options import command, program
from ..session import Session, is_asked, note
from ..views import diagnosis as views

_BAD = ("late", "failed")


@command(program, "doctor", "prescient doctor", "prescient doctor --profile prod")
def doctor(session: Session) -> None:
    """Look whether all is well, and say what to do where it is not."""
    from ..diagnosis import examine

    with session.waiting("Looking"):
        found = list(examine(session.api, session.access, datetime.now(UTC)))
    if session.as_json:
        print(json.dumps([asdict(finding) for finding in found]))
    else:
        session.draw(views.findings(found))
    if bad := [finding.subject for finding in found if finding.state in _BAD]:
        raise Failed(f"Not well: {', '.join(bad)}")


@command(
    program,
    "login",
    "prescient login --url https://abc.execute-api.eu-central-1.amazonaws.com \\",
    "    --token-url https://….amazoncognito.com/oauth2/token --client-id ID --browser",
    "prescient login --profile operator --url URL --token-url URL --client-id ID",
    "make token SCOPE=read --silent | prescient login --profile reader --url http://127.0.0.1:8000",
)
def login(
    session: Session,
    *,
    token_url: Annotated[
        str | None,
        typer.Option("--token-url", metavar="URL", help="The stack's output TokenUrl."),
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id",
            metavar="ID",
            help="The stack's OperatorClientId, or with --browser its DashboardClientId.",
        ),
    ] = None,
    scope: Annotated[
        str,
        typer.Option("--scope", metavar="SCOPES", help="What to ask for."),
    ] = "prescient/read prescient/trade",
    browser: Annotated[
        bool, typer.Option("--browser", help="Sign in as a person, on the user pool's page.")
    ] = False,
) -> None:
    """Keep an address and what opens it in the profile file.

    With --token-url a token is fetched, and renewed whenever it has run out: with a client's secret
    (asked for, or PRESCIENT_CLIENT_SECRET), or with --browser as a person. Without it the token
    itself is asked for, or read from standard input.
    """
    from .. import access, profiles, signing_in

    if session.url is None:
        raise Misused("--url is missing: the stack's output ApiUrl, for instance")
    values = {"url": access.checked(session.url)}
    if token_url is None:
        values["token"] = session.token or _secret("Token")
    elif client_id is None:
        raise Misused("--client-id is missing: it goes with --token-url")
    elif browser:
        values |= signing_in.by_browser(token_url, client_id, scope, tell=note)
    else:
        secret = os.environ.get("PRESCIENT_CLIENT_SECRET") or _secret("Client secret")
        values |= signing_in.by_secret(token_url, client_id, secret, scope)
    name = session.profile or profiles.DEFAULT
    profile = profiles.Profile(profiles.path(os.environ), name, values)
    profiles.write(profile)
    note(f"Signed in to {values['url']}: profile {name} of {profile.file}")


def _secret(what: str) -> str:
    given = getpass.getpass(f"{what}: ") if is_asked() else sys.stdin.readline()
    if not given.strip():
        raise Misused(f"{what}: nothing was given")
    return given.strip()
