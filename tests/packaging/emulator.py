"""A built function under AWS's Lambda Runtime Interface Emulator."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_START_SECONDS = 20


@dataclass(frozen=True)
class Runtime:
    """What Lambda brings: the emulator, a Python, and the folder with its client and boto3."""

    emulator: Path
    python: Path
    packages: Path


class Emulator:
    """Serves invocations of one function between `__enter__` and `__exit__`."""

    def __init__(
        self,
        runtime: Runtime,
        code: Path,
        layers: Sequence[Path],
        variables: Mapping[str, str],
        log: Path,
    ) -> None:
        self._runtime = runtime
        self._code = code
        self._layers = layers
        self._variables = variables
        self._log = log
        self._address = f"127.0.0.1:{_free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # -S: nothing of this machine's site-packages, only what the layers and Lambda bring.
        command = [
            str(self._runtime.emulator),
            f"--runtime-interface-emulator-address={self._address}",
            f"--runtime-api-address=127.0.0.1:{_free_port()}",
            str(self._runtime.python),
            *("-S", "-m", "awslambdaric", "app.handler"),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._code,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_listening()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def invoke(self, event: object) -> Any:
        """The function's answer, or the description of its error."""
        request = urllib.request.Request(
            f"http://{self._address}/2015-03-31/functions/function/invocations",
            data=json.dumps(event).encode(),
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        path = [self._code, *(layer / "python" for layer in self._layers), self._runtime.packages]
        return {
            "AWS_LAMBDA_FUNCTION_NAME": self._code.name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_SAM_LOCAL": "true",
            "HOME": str(self._log.parent),
            "LANG": "C.UTF-8",
            "LAMBDA_TASK_ROOT": str(self._code),
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "_HANDLER": "app.handler",
            **self._variables,
        }

    def _wait_until_listening(self) -> None:
        host, port = self._address.split(":")
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the emulator does not listen:\n{self.output}") from None
                time.sleep(0.02)
            else:
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
