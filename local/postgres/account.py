"""The account that the server runs under: the caller's own, or `nobody` for root.

Postgres refuses to run as root, and `nobody` may not enter root's home, whose permissions are not
ours to change. What `nobody` cannot reach lies under `/var/lib/prescient` instead: a copy of the
programs, and the data of a directory.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from functools import cache
from pathlib import Path

ELSEWHERE = Path("/var/lib/prescient")
_OF = "of"  # in a home: the directory whose data it has
_EVERY_USER_ENTERS = stat.S_IROTH | stat.S_IXOTH


def server_account() -> pwd.struct_passwd | None:
    """Return the account that root hands the server to, None for everyone else."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def other_owner(path: Path) -> str | None:
    """Return the name of the owner of `path`, None where it is the server's account."""
    user, owner = server_account(), path.stat().st_uid
    if owner == (user.pw_uid if user else os.geteuid()):
        return None
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"


def own(directory: Path) -> None:
    """Make a directory that only the server's account may enter."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account := server_account():
        os.chown(directory, account.pw_uid, account.pw_gid)


def home(directory: Path) -> Path:
    """Return where the data of `directory` lies: there, where the server's account may go there."""
    if _is_reachable(directory):
        return directory
    _remove_the_abandoned()
    place = ELSEWHERE / hashlib.sha256(bytes(directory)).hexdigest()[:12]
    if not place.exists():
        _make_reachable(place)
        (place / _OF).write_text(str(directory))
    link = directory / "home"
    if not link.is_symlink():
        link.symlink_to(place)
    return place


@cache
def reachable_programs(binaries: Path) -> Path:
    """Return a folder of these programs that the server's account can run: it, or a copy."""
    if _is_reachable(binaries):
        return binaries
    installed, package = binaries.parent, binaries.parents[1]
    digest = hashlib.sha256(f"{installed} {installed.stat().st_mtime_ns}".encode()).hexdigest()
    copy = ELSEWHERE / f"programs-{digest[:12]}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        _make_reachable(unfinished)
        for folder in (installed, *package.parent.glob(f"{package.name}.libs")):
            target = unfinished / folder.relative_to(package.parent)
            shutil.copytree(folder, target, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | _EVERY_USER_ENTERS)
        unfinished.rename(copy)
    return copy / binaries.relative_to(package.parent)


def _is_reachable(path: Path) -> bool:
    """Tell whether the server's account may enter every folder above `path`."""
    user = server_account()
    above = [folder.stat() for folder in path.parents]
    return user is None or all(
        folder.st_mode & (stat.S_IXUSR if folder.st_uid == user.pw_uid else stat.S_IXOTH)
        for folder in above
    )


def _make_reachable(folder: Path) -> None:
    for path in (ELSEWHERE, folder):
        path.mkdir(mode=0o755, parents=True, exist_ok=True)


def _remove_the_abandoned() -> None:
    """Remove the homes of directories that are gone, with the checkout that they belonged to."""
    for note in ELSEWHERE.glob(f"*/{_OF}"):
        if not Path(note.read_text()).exists():
            shutil.rmtree(note.parent, ignore_errors=True)
