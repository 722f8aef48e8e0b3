"""How containers reach this machine, as Docker tells it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.demo import containers, sam_api
from local.demo.containers import Address, DockerMissing

IN_A_VIRTUAL_MACHINE = Address("host.docker.internal", "127.0.0.1")


def _docker(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A `docker` that runs `script`."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("127.0.0.1", Address("127.0.0.1", "127.0.0.1")),
        ("127.0.0.0/8", Address("127.0.0.1", "127.0.0.1")),
        ("203.0.113.1", IN_A_VIRTUAL_MACHINE),
        ("", IN_A_VIRTUAL_MACHINE),
    ],
)
def test_the_bridges_gateway_is_this_machine_where_it_is_an_address_of_it(
    told: str, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never an address that the whole network reaches: Postgres trusts every client."""
    _docker(tmp_path, monkeypatch, f"echo '{told}'")
    assert containers.address_of_this_machine() == address


def test_without_docker_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _docker(tmp_path, monkeypatch, "exit 1")
    with pytest.raises(DockerMissing):
        containers.address_of_this_machine()
    assert sam_api.main() == 2
    assert "Docker does not answer" in capsys.readouterr().out
    assert not Path(".local").exists()
