"""`make clean`: remove what the commands made here, all but backups.

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
    ".aws-sam",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)
_BACKUPS = FOLDER / "backups"  # the only copy of what a database was before `make migrate`


def main() -> int:
    """Remove; return 0, or 2 and remove nothing while another command runs in the folder."""
    try:
        with owned("clean"):
            for path in (*map(Path, _MADE), *FOLDER.iterdir()):
                if path != _BACKUPS:
                    _remove(path)
    except (FolderTaken, FolderUnusable) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if _BACKUPS.exists():
        print(f"Kept: {_BACKUPS}, the databases as they were before `make migrate`.")
    else:
        FOLDER.rmdir()
    return 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
