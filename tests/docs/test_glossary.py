"""`docs/glossary.md` defines each term once, in alphabetical order, and the house uses it."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.docs.pages import PAGES, ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
LINES = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \|$", GLOSSARY.read_text("utf-8"), re.MULTILINE)
TERMS = [term for term, _ in LINES]


@cache
def _house() -> str:
    """All that the house says: its code, its statements and its other pages."""
    code = (path for suffix in ("py", "sql") for path in (ROOT / "layers").rglob(f"*.{suffix}"))
    texts = (path.read_text("utf-8") for path in (*code, *PAGES) if path != GLOSSARY)
    return "\n".join(texts).lower()


def test_it_has_terms() -> None:
    rows = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| **")]
    assert len(rows) == len(LINES) > 40


def test_no_term_is_defined_twice_and_they_are_in_order() -> None:
    assert sorted(set(map(str.lower, TERMS))) == list(map(str.lower, TERMS))


@pytest.mark.parametrize(("term", "meaning"), LINES, ids=TERMS)
def test_a_term_is_used_and_explained_in_a_sentence(term: str, meaning: str) -> None:
    words = r"[ _-]".join(map(re.escape, term.lower().split()))
    assert re.search(rf"(?<![a-z]){words}(e?s|d)?(?![a-z])", _house()), "nothing uses this term"
    assert meaning.endswith("."), "one sentence, with its full stop"
