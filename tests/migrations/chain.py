"""The revisions that `migrations/versions` holds, and the parts of their SQL."""

from __future__ import annotations

from pathlib import Path

VERSIONS = Path(__file__).resolve().parents[2] / "migrations/versions"
REVISIONS = sorted(path.name[:4] for path in VERSIONS.glob("*.py"))
PARTS = sorted(VERSIONS.rglob("*.sql"))
BASELINE, UPGRADE, *LATER = REVISIONS
