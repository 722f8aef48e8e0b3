"""`python -m local.entry_point VIRTUALENV`: put the command `prescient` into this virtualenv.

`pip install --editable` would do the same, but leave an import hook that slows the start of every
Python of the virtualenv. Only the standard library is imported: nothing else may be installed yet.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

# Checkouts may share a virtualenv, each by a link: the one counts whose .venv it was called from.
_SCRIPT = """\
#!/bin/sh
checkout=${{0%.venv/bin/prescient}}
test -d "${{checkout:=./}}cli" || checkout={checkout}
PYTHONPATH="$checkout" exec {python} -P -m cli "$@"
"""


def main() -> int:
    """Write the script; return 0."""
    programs = Path(sys.argv[1]).absolute() / "bin"
    script = programs / "prescient"
    checkout, python = (shlex.quote(str(path)) for path in (Path.cwd(), programs / "python"))
    script.write_text(_SCRIPT.format(checkout=checkout, python=python), encoding="utf-8")
    script.chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
