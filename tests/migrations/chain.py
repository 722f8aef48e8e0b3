"""The revisions that `migrations/versions` holds."""

from __future__ import annotations

from pathlib import Path

VERSIONS = Path(__file__).resolve().parents[2] / "migrations/versions"
REVISIONS = sorted(path.name[:4] for path in VERSIONS.glob("*.py"))
BASELINE, UPGRADE, *LATER = REVISIONS
