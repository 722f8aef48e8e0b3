"""Which Postgres servers are believed: those that prove who they are, and those of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from prescient.core.errors import InvalidRequest
from prescient.runtime.settings import Settings

# A file a region: to read those of all regions would take each connection 17 ms.
AUTHORITIES = Path(__file__).with_name("authorities")
_NAME_IN_A_VIRTUAL_MACHINE = "host.docker.internal"


def check(url: str, settings: Settings) -> None:
    """Raise `InvalidRequest` for a URL that takes a server on another machine at its word."""
    try:
        parameters = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise InvalidRequest(f"DATABASE_URL: {str(error).strip()}") from None
    if parameters.get("sslmode") != "verify-full" and not _is_local(parameters, settings):
        raise InvalidRequest(
            "DATABASE_URL: needs sslmode=verify-full, since its host is not this machine"
        )


def root_certificate(settings: Settings) -> str | None:
    """Return the file of the authorities that sign for the server, None where there is none.

    By default it is that of RDS in the region of the function.
    """
    if settings.database_root_certificate is not None:
        return settings.database_root_certificate
    of_region = AUTHORITIES / f"{settings.aws_region}.pem"
    return str(of_region) if of_region.exists() else None


def _is_local(parameters: Mapping[str, object], settings: Settings) -> bool:
    hosts = (str(parameters.get(name) or "") for name in ("host", "hostaddr"))
    return all(
        _is_local_host(host, is_container=settings.is_sam_local)
        for named in hosts
        for host in named.split(",")
    )


def _is_local_host(host: str, *, is_container: bool) -> bool:
    """A container of `sam local` reaches its machine at a private address."""
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    if is_container and host == _NAME_IN_A_VIRTUAL_MACHINE:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or (is_container and address.is_private)
