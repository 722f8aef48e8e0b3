"""The address at which containers reach this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
from dataclasses import dataclass
from ipaddress import ip_network

from local.http_server import LOOPBACK
from prescient.core.errors import PrescientError

_BRIDGE = "{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}"
_NAME_IN_A_VIRTUAL_MACHINE = "host.docker.internal"


class DockerMissing(PrescientError):
    """Docker is missing or does not answer; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """`named` is what containers call this machine, `bound` the local address that they reach."""

    named: str
    bound: str


def address_of_this_machine() -> Address:
    """Ask Docker for its bridge. Raises `DockerMissing` where it does not answer."""
    try:
        docker = shutil.which("docker") or "docker"
        command = [docker, "network", "inspect", "bridge", "--format", _BRIDGE]
        asked = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DockerMissing(
            "make sam-api runs the functions in containers, and Docker does not answer: install or "
            "start it, or serve without containers by make serve"
        ) from error
    gateway = _gateway(asked.stdout.strip())
    if gateway and _is_ours(gateway):
        return Address(gateway, gateway)
    return Address(_NAME_IN_A_VIRTUAL_MACHINE, LOOPBACK)  # Docker Desktop


def _gateway(answer: str) -> str:
    """Return the gateway's address: Docker names it, or the subnet that it is first in."""
    return str(ip_network(answer)[1]) if "/" in answer else answer


def _is_ours(address: str) -> bool:
    try:
        socket.create_server((address, 0)).close()
    except OSError:
        return False
    return True
