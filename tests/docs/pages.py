"""The pages that people read, and what they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    """The page's path below the repository."""
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> Iterator[Path]:
    """What the page links to within the repository."""
    for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        path, _, _ = target.partition("#")
        if path and "://" not in path:
            yield (page.parent / path).resolve()


def code_spans(page: Path) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return _CODE.findall(_FENCE.sub("", page.read_text("utf-8")))
