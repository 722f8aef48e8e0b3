"""schemathesis asks whatever the document allows, and what it does not, and finds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.contract.conftest import Served

HERE = Path(__file__).parent
SECONDS = os.environ.get("CONTRACT_SECONDS", "25")


def test_the_served_api_is_as_its_document_says(served: Served, tmp_path: Path) -> None:
    asked = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            f"--config-file={HERE / 'schemathesis.toml'}",
            "run",
            f"{served.url}/openapi.json",
            f"--header=Authorization: Bearer {served.bearer}",
            f"--max-time={SECONDS}",
            "--checks=all",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=float(SECONDS) + 200,
    )
    print(asked.stdout)
    assert asked.returncode == 0, asked.stdout + asked.stderr
