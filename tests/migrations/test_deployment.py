"""The migration within a deployment, as CloudFormation asks for it and hears of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from functions.migrate.app import handler as deployed
from prescient.runtime.custom_resource import CustomResourceHandler, DeploymentUnanswered
from prescient.runtime.entry import StepHandler
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases import migrate
from prescient.usecases.support.migrating import MigrateRequest
from tests.migrations.old_database import OldDatabase

NO_SERVER = "postgresql://nobody@127.0.0.1:1/none"


@dataclass
class CloudFormation:
    """The signed address that takes the answer, which is a file of S3."""

    url: str
    status: int = 200
    answers: list[dict[str, Any]] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)

    def event(self, kind: str, **properties: Any) -> dict[str, Any]:
        return {
            "RequestType": kind,
            "ResponseURL": f"{self.url}/arn?X-Amz-Signature=abc%2F",
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/prescient-dev/1",
            "RequestId": "request-1",
            "LogicalResourceId": "Schema",
            "ResourceType": "Custom::Schema",
            "ResourceProperties": {"ServiceToken": "arn:migrate", **properties},
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    class Storage(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            assert self.path == "/arn?X-Amz-Signature=abc%2F"
            body = self.rfile.read(int(self.headers["content-length"]))
            made.answers.append(json.loads(body))
            made.content_types.append(self.headers["content-type"])
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Storage) as server:
        made = CloudFormation(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield made
        server.shutdown()


def _deploy(
    cloudformation: CloudFormation,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    kind: str = "Create",
    **properties: Any,
) -> dict[str, Any]:
    """What CloudFormation hears of a function that has just started with this URL."""
    monkeypatch.setenv("DATABASE_URL", url)
    handler = CustomResourceHandler(StepHandler(MigrateRequest, migrate.run), physical_id="schema")
    before = len(cloudformation.answers)
    returned = handler(cloudformation.event(kind, **properties), None)
    [answer] = cloudformation.answers[before:]
    assert answer == returned
    assert set(cloudformation.content_types) <= {"", None}
    assert (answer["PhysicalResourceId"], answer["RequestId"]) == ("schema", "request-1")
    return answer


def test_a_first_deployment_migrates_and_a_second_finds_it_done(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> None:
    assert isinstance(deployed, CustomResourceHandler)
    for kind in ("Create", "Update"):
        answer = _deploy(cloudformation, monkeypatch, empty_database_url, kind)
        assert answer["Status"] == "SUCCESS", answer
        assert answer["Data"]["Revision"] == SCHEMA_VERSION


def test_a_migration_that_fails_fails_the_deployment_with_its_reason(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, old: OldDatabase
) -> None:
    old.buy()
    before = old.content()
    answer = _deploy(cloudformation, monkeypatch, old.url)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("InvalidRequest: snapshot_id: required to upgrade a filled")
    assert old.content() == before
    named = {"snapshot_id": "prescient-before"}
    assert _deploy(cloudformation, monkeypatch, old.url, Request=named)["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (NO_SERVER, "DatabaseUnavailable: Postgres cannot be reached: no server listens"),
        ("mysql://me@host/db", "InvalidRequest: DATABASE_URL: "),
        ("", "InvalidRequest: DATABASE_URL: "),
    ],
)
def test_whatever_goes_wrong_the_deployment_is_told(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    """Without an answer it would wait until its time is up."""
    answer = _deploy(cloudformation, monkeypatch, url)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(reason)
    assert len(answer["Reason"]) <= 1000


def test_to_delete_the_stack_needs_no_database(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _deploy(cloudformation, monkeypatch, NO_SERVER, "Delete")
    assert answer["Status"] == "SUCCESS"


def test_a_release_is_another_one_where_a_property_is(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """It describes the functions' versions: without another one none would be published."""
    given: tuple[dict[str, Any], ...] = (
        {"Code": ["layer:1"], "Settings": ["100"]},
        {"Settings": ["100"], "Code": ["layer:1"]},
        {"Code": ["layer:2"], "Settings": ["100"]},
        {"Code": ["layer:1"], "Settings": [""]},
    )
    releases = [
        _deploy(cloudformation, monkeypatch, database_url, **properties)["Data"]["Release"]
        for properties in given
    ]
    assert releases[0] == releases[1]
    assert len(set(releases)) == 3


def test_an_address_that_takes_no_answer_fails_the_invocation(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudformation.status = 403
    with pytest.raises(DeploymentUnanswered, match="answers 403"):
        _deploy(cloudformation, monkeypatch, NO_SERVER, "Delete")
