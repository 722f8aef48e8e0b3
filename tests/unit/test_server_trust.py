"""A server on another machine has to prove who it is; on AWS no password stands in a variable."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from prescient.core.errors import InvalidRequest
from prescient.runtime.login import login
from prescient.runtime.server_trust import AUTHORITIES
from prescient.runtime.settings import Settings

UNPROVEN = r"^DATABASE_URL: needs sslmode=verify-full, since its host is not this machine$"
IN_A_CONTAINER = {"AWS_SAM_LOCAL": "true", "AWS_LAMBDA_LOG_STREAM_NAME": "$LATEST"}
ON_AWS = {
    "AWS_LAMBDA_FUNCTION_NAME": "prescient-prod-api",
    "AWS_LAMBDA_LOG_STREAM_NAME": "2026/03/01/[$LATEST]0123456789abcdef",
}
ROOTS = {path.stem: path for path in AUTHORITIES.glob("*.pem")}


def _url(url: str, **others: str) -> str:
    return login(Settings.from_variables({"DATABASE_URL": url, **others}))()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@db.example.com/prescient",
        "postgresql://me:secret@db.example.com/prescient?sslmode=require",
        "postgresql://me@db.example.com/prescient?sslmode=verify-ca",
        "postgresql://me@192.168.1.5/prescient",
        "postgresql://me@host.docker.internal/prescient",
        "postgresql://me@localhost.example.com/prescient",
        "postgresql://me@localhost,db.example.com/prescient",
        "postgresql://me@localhost/prescient?hostaddr=203.0.113.7",
        "postgresql:///prescient?host=db.example.com",
        "postgresql://me@localhost/prescient?host=db.example.com",
        "postgresql://me@[2001:db8::1]/prescient",
    ],
)
def test_a_server_elsewhere_that_need_not_prove_itself_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest, match=UNPROVEN):
        _url(url)
    with pytest.raises(InvalidRequest, match=UNPROVEN):
        _url(url, DATABASE_USER="prescient_app")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///prescient",
        "postgresql:///prescient?host=/var/run/postgresql",
        "postgresql://me@localhost:5433/prescient",
        "postgresql://me@127.0.0.2/prescient",
        "postgresql://me@[::1]/prescient",
        "postgresql://me@db.example.com/prescient?sslmode=verify-full",
    ],
)
def test_this_machine_is_believed_and_who_proves_itself(url: str) -> None:
    assert _url(url) == url


@pytest.mark.parametrize("host", ["172.17.0.1", "host.docker.internal"])
def test_a_container_of_sam_local_believes_its_machine(host: str) -> None:
    url = f"postgresql://postgres@{host}:5433/prescient"
    assert _url(url, **IN_A_CONTAINER, AWS_LAMBDA_FUNCTION_NAME="ApiFunction") == url
    with pytest.raises(InvalidRequest, match=UNPROVEN):
        _url("postgresql://postgres@52.1.2.3/prescient", **IN_A_CONTAINER)


def test_a_url_that_libpq_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match=r"^DATABASE_URL: "):
        _url("postgresql://localhost/prescient?ssl=on")


@pytest.mark.parametrize("claimed", [{}, {"AWS_SAM_LOCAL": "true"}])
def test_on_aws_no_url_may_hold_the_login(claimed: dict[str, str]) -> None:
    rule = "^DATABASE_AUTHENTICATION: iam or secret on AWS; url is for elsewhere$"
    with pytest.raises(InvalidRequest, match=rule):
        _url(
            "postgresql://me:secret@db.example.com/p?sslmode=verify-full",
            **ON_AWS,
            **claimed,
        )


def test_the_authorities_are_those_whose_sums_are_committed() -> None:
    lines = (AUTHORITIES / "SHA256SUMS").read_text("utf-8").splitlines()
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in ROOTS.values()}
    assert dict(line.split("  ")[::-1] for line in lines) == found
    assert {"us-east-1", "eu-central-1", "ap-southeast-2"} <= ROOTS.keys()


@pytest.mark.parametrize("region", sorted(ROOTS))
def test_a_region_has_its_own_roots_for_years_to_come(region: str) -> None:
    roots = x509.load_pem_x509_certificates(ROOTS[region].read_bytes())
    for root in roots:
        assert f"Amazon RDS {region} Root CA" in root.subject.rfc4514_string()
        root.verify_directly_issued_by(root)
        assert root.not_valid_after_utc - datetime.now(UTC) > timedelta(days=3650)
    assert len(roots) == 3
