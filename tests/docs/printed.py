"""What pages print to be typed: their blocks, and a shell that runs them as a reader does."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import urllib3

from local.postgres.server import Listener
from tests.docs.pages import PAGES, name

_FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
_NOT_RUN = "not-run:"
_PROMPT = "$ "
_TITLE = re.compile(r'title="([^"]+)"')
_ENDED, _FAILED = "<ended>", "<failed>"
_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page, and the words after its backticks.

    `sh` and `python` are for a reader to run, unless the words say why not; `refused` is one that
    fails, and shows how; `title="…"` is a file to write. `text` and `json` after one of them,
    under the same `heading`, is what it answers. Of `console`, a transcript, the lines after `$ `
    are run, and what they answered once is shown.
    """

    page: str
    words: str
    content: str
    heading: int

    @property
    def kind(self) -> str:
        return self.words.split(" ", maxsplit=1)[0]

    @property
    def reason_not_to_run(self) -> str | None:
        _, marked, reason = self.words.partition(_NOT_RUN)
        return reason.strip() if marked else None

    @property
    def file(self) -> str | None:
        titled = _TITLE.search(self.words)
        return titled[1] if titled else None

    @property
    def is_refused(self) -> bool:
        return self.words.endswith(" refused")

    @property
    def is_run(self) -> bool:
        return self.kind in ("sh", "python", "console") and self.reason_not_to_run is None

    @property
    def script(self) -> str:
        """What is typed."""
        if self.kind != "console":
            return self.content
        typed = (line for line in self.content.splitlines() if line.startswith(_PROMPT))
        return "\n".join(line.removeprefix(_PROMPT) for line in typed)

    @property
    def commands(self) -> list[str]:
        """The lines that begin a command, without their comments."""
        lines = re.sub(r"\\\n\s*", "", self.script).splitlines()
        return [re.sub(r"\s{2,}#.*", "", line) for line in lines if line.strip()]


def blocks(page: str, text: str) -> list[Block]:
    return [
        Block(page, match[2].strip(), match[3], text.rfind("\n#", 0, match.start()))
        for match in _FENCE.finditer(text)
    ]


PRINTED = [block for page in PAGES for block in blocks(name(page), page.read_text("utf-8"))]


class Shell:
    """A bash in a checkout, whose variables stay from one block to the next."""

    def __init__(self, checkout: Path, environment: Mapping[str, str]) -> None:
        self._bash = _opened(checkout, environment, "bash", "--norc")
        self._type(f"set -E; trap 'echo; echo \"{_FAILED} $BASH_COMMAND\"' ERR")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bash.kill()
        self._bash.communicate()

    def run(self, content: str) -> str:
        """Run a block and return what it prints; a failing command is told in it."""
        # The trap does not see what fails before && and ||; the status of the block does. Both
        # are typed at once, because a block may end the shell.
        self._type(
            f"{{ {content.rstrip()}\n}} < /dev/null 2>&1\n"
            f"[[ $? == 0 ]] || echo '{_FAILED} at its end'; echo; echo '{_ENDED}'"
        )
        return _until(self._bash, _ENDED)

    def _type(self, text: str) -> None:
        assert self._bash.stdin is not None
        self._bash.stdin.write(f"{text}\n".encode())
        self._bash.stdin.flush()


class Server:
    """What a page serves, for this page and those after it that print the same command."""

    def __init__(self, checkout: Path, environment: Mapping[str, str]) -> None:
        self.address = f"localhost:{Listener.on_free_port().port}"
        self._checkout, self._environment = checkout, environment
        self._process: subprocess.Popen[bytes] | None = None
        self._command, self._printed = "", ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGINT)
            self._process.communicate(timeout=_SECONDS)

    def serve(self, command: str, shell: Shell) -> str:
        """Serve from now on; return what is printed before it answers, and tell the shell of it."""
        if self._process is None:
            whole = f"exec {command} PORT={self.address.rpartition(':')[2]} 2>&1"
            self._process = _opened(self._checkout, self._environment, "bash", "-c", whole)
            self._command, self._printed = command, _until(self._process, "Ctrl-C")
            with urllib3.PoolManager(retries=urllib3.Retry(20, backoff_factor=0.1)) as client:
                client.request("GET", f"http://{self.address}/health")
        assert command == self._command
        exchange = re.search(r"^Exchange +(http\S+)", self._printed, re.MULTILINE)
        if exchange:
            shell.run(f"export EXCHANGE_URL={exchange[1]}")
        return self._printed


def _opened(
    checkout: Path, environment: Mapping[str, str], *command: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=checkout,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _until(process: subprocess.Popen[bytes], mark: str) -> str:
    """What the process prints until a line has the mark, or until it ends."""
    assert process.stdout is not None
    printed, deadline = b"", time.monotonic() + _SECONDS
    while mark.encode() not in printed:
        ready, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        read = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not read:
            return f"{printed.decode('utf-8', 'replace')}\n{_FAILED} it ended, or did not answer"
        printed += read
    return printed.decode("utf-8", "replace").partition(_ENDED)[0]


def failures(block: Block, printed: str) -> Iterator[str]:
    """What went otherwise than the page says, with all that was printed."""
    if block.is_refused and _FAILED not in printed:
        yield f"is not refused: {block.content}"
    elif _FAILED in printed and not block.is_refused:
        yield printed.strip()


def answer(printed: str) -> str:
    """The last line that a command printed, whether it failed or not."""
    lines = [line for line in printed.partition(_FAILED)[0].splitlines() if line]
    return lines[-1] if lines else ""
