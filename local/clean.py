"""`make clean`: remove what the commands made here, all but backups and reports.

The interpreter that runs it may have nothing but its standard library.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from local.ownership import FOLDER, FolderTaken, FolderUnusable, owned

_MADE = (
    ".venv",
    ".venv-sam",
    ".venv-audit",
    ".venv-rivals",
    ".aws-sam",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)
_KEPT = {
    FOLDER / "backups": "the databases as they were before `make migrate`",
    FOLDER / "reports": "what `make migrate` did, and the SQL of what it had an owner drop",
}
_ELSEWHERE = FOLDER / "postgres/home"  # a link, where root's Postgres lies outside


def main() -> int:
    """Remove; return 0, or 2 and remove nothing while another command runs in the folder."""
    try:
        with owned("clean"):
            _remove(_ELSEWHERE.resolve())
            for path in (*map(Path, _MADE), *FOLDER.iterdir()):
                if path not in _KEPT:
                    _remove(path)
    except (FolderTaken, FolderUnusable) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    kept = [path for path in _KEPT if path.exists()]
    for path in kept:
        print(f"Kept: {path}, {_KEPT[path]}.")
    if not kept:
        FOLDER.rmdir()
    return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
