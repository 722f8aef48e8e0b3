"""`make bare-root`: README's two commands as an ordinary user on a Debian with next to nothing.

It makes the smallest Debian root, adds python3, python3-venv and make, unpacks what is committed
into a user's home, and runs both commands there, the first one twice: cold and warm. It ends with
what it saw. It needs root and debootstrap; Debian's mirror and pip's settings are this machine's.

SUITE=trixie takes another Debian, with its Python; INTERPRETER=FOLDER takes along the Python that
is installed in that folder; SHORT=yes leaves `make test` out; KEEP=FOLDER keeps the root there, or
uses the one that is there.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("/home/ann")
PACKAGES = "python3,python3-venv,make,ca-certificates"
PIP_FILES = {Path("/etc/pip.conf"): Path("/etc/pip.conf")} | {
    Path(place).expanduser(): HOME / ".config/pip/pip.conf"
    for place in ("~/.pip/pip.conf", "~/.config/pip/pip.conf")
}
SCRIPTS = Path("/usr/share/debootstrap/scripts")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
MOUNTS = """
mount -t proc proc "$1/proc"
for device in null zero full random urandom tty; do
    touch "$1/dev/$device" && mount --bind "/dev/$device" "$1/dev/$device"
done
mkdir -p "$1/dev/shm" "$1/dev/pts" && mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
ln -sfn /proc/self/fd "$1/dev/fd"
for folder in $2; do
    mkdir -p "$1$folder" && mount --bind -o ro "$folder" "$1$folder"
done
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A command, how it ended, how long it took (seconds), and what it wrote."""

    command: str
    status: int
    seconds: float
    output: str


def main() -> int:
    """Run the commands in a root made for them; return 0 when all of them succeed."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("make bare-root needs root and debootstrap", file=sys.stderr)
        return 2
    kept = os.environ.get("KEEP")
    folder = Path(kept or tempfile.mkdtemp(prefix="prescient-bare-"))
    try:
        if not (folder / "usr/bin").exists():
            _debootstrap(folder)
        interpreter = _prepare(folder)
        seen = [_shown(folder, command) for command in _commands(interpreter)]
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    _report(seen)
    return 0 if all(command.status == 0 for command in seen) else 1


def _debootstrap(folder: Path) -> None:
    suite = os.environ.get("SUITE") or _release("VERSION_CODENAME")
    print(f"Making a Debian root ({suite}) in {folder}", flush=True)
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(folder)]
    # A suite that is younger than this debootstrap is made as the newest one.
    script = [] if (SCRIPTS / suite).exists() else [str(SCRIPTS / "sid")]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        subprocess.run([*command, _mirror(), *script], check=True, stdout=log, stderr=log)
    Path(log.name).unlink()
    folder.chmod(0o755)  # a temporary folder is closed to the user whose root it becomes


def _release(name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    assert found is not None, f"no {name} in /etc/os-release: name a SUITE"
    return found[1].strip('"')


def _mirror() -> str:
    """The first mirror in this machine's sources of packages."""
    sources = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("debian*")]
    text = "\n".join(path.read_text() for path in sources if path.exists())
    found = re.search(r"^(?:URIs:|deb (?:\[.*?\] )?)\s*(https?://\S+/debian)\b", text, re.MULTILINE)
    assert found is not None, "no Debian mirror in /etc/apt"
    return found[1]


def _prepare(root: Path) -> str:
    """Bring the project, pip's settings and a Python into the root; return that Python's path."""
    if not (root / HOME.relative_to("/")).exists():
        subprocess.run(["chroot", root, "useradd", "-m", "-s", "/bin/sh", "ann"], check=True)
    for name in ("/etc/resolv.conf", "/etc/hosts", str(CERTIFICATES)):
        _copied(Path(name), root / name[1:])
    for source, target in PIP_FILES.items():
        _copied(source, root / target.relative_to("/"))
    project = root / HOME.relative_to("/") / "prescient"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-xf", "-", "-C", project], check=True, input=archive.stdout)
    subprocess.run(["chroot", root, "chown", "-R", "ann:ann", HOME], check=True)
    given = os.environ.get("INTERPRETER")
    if not given:
        return "python3"
    shutil.copytree(given, root / "opt/python", symlinks=True, dirs_exist_ok=True)
    return "/opt/python/bin/python3"


def _copied(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _commands(interpreter: str) -> Iterator[str]:
    python = "" if interpreter == "python3" else f" PYTHON={interpreter}"
    yield f"{interpreter} --version && make --version | head -1 && dpkg -l | grep -c ^ii"
    yield f"make run{python}"
    yield f"make run{python}"
    if not os.environ.get("SHORT"):
        yield f"make test{python}"


def _shown(root: Path, command: str) -> Seen:
    """Run a command as the user, show what it writes, and return it."""
    print(f"\n$ {command}", flush=True)
    started, lines = time.monotonic(), []
    with subprocess.Popen(
        _as_user(root, command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return Seen(command, process.returncode, time.monotonic() - started, "".join(lines))


def _as_user(root: Path, command: str) -> list[str]:
    """In namespaces of its own, so that mounts and processes end with the command."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    settings |= {"HOME": str(HOME), "USER": "ann", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    settings |= {"SSL_CERT_FILE": str(CERTIFICATES), "REQUESTS_CA_BUNDLE": str(CERTIFICATES)}
    if os.environ.get("INTERPRETER"):
        settings["LD_LIBRARY_PATH"] = "/opt/python/lib"
    folders = " ".join(_folders_of_pip())
    environment = shlex.join(f"{name}={value}" for name, value in settings.items())
    inside = shlex.quote(f"cd {HOME}/prescient && {command}")
    enter = f'exec chroot --userspec=ann:ann "$1" env -i {environment} sh -c {inside}'
    script = f"set -e\n{MOUNTS}\n{enter}"
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    return [*namespaces, "sh", "-c", script, "sh", str(root), folders]


def _folders_of_pip() -> list[str]:
    """The folders that pip's settings name as sources of packages."""
    texts = [path.read_text() for path in PIP_FILES if path.exists()]
    texts += [value for name, value in os.environ.items() if name.startswith("PIP_")]
    named = re.findall(r"(?:file://|(?<![\w:/]))(/[\w./-]+)", "\n".join(texts))
    return sorted(
        {
            f"/{Path(name).parts[1]}/{Path(name).parts[2]}"
            for name in named
            if len(Path(name).parts) > 2 and Path(name).is_dir()
        }
    )


def _report(seen: list[Seen]) -> None:
    print("\n" + "=" * 60)
    print(f"What was seen on {_release('PRETTY_NAME')} as an ordinary user:")
    print(seen[0].output.strip().replace("\n", ", ") + " packages")
    for command in seen[1:]:
        print(f"{command.seconds:7.0f} s  exit {command.status}  {command.command}")
    print("\nThe end of the first command, as its user sees it:\n")
    print("\n".join(line for line in seen[1].output.splitlines()[-60:] if "... " not in line))
    print("\nThe end of the last:\n")
    print("\n".join(seen[-1].output.splitlines()[-12:]))


if __name__ == "__main__":
    sys.exit(main())
