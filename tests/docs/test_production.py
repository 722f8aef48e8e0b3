"""The page of what production asks names tests that exist and every check that is left out."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/production.md").read_text(encoding="utf-8")
TEMPLATES = (ROOT / "template.yaml", *(ROOT / "stacks").glob("*.yaml"), ROOT / ".checkov.yaml")
CHECK = re.compile(r"\bCKV2?_AWS_\d+|\b[EWI]S?\d{4}\b")


def test_every_test_that_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 40
    for file, test in named:
        path = ROOT / file
        assert path.is_file(), file
        assert not test or f"\ndef {test}(" in path.read_text(encoding="utf-8"), (file, test)


def test_every_check_that_is_left_out_has_its_reason() -> None:
    left_out: set[str] = set()
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        for line in text.splitlines():
            if "ignore_checks" in line or "CKV" in line:
                left_out |= set(CHECK.findall(line))
    listed = re.findall(r"^\| (`[^|]+`) \|", PAGE.split("## What the checks")[1], re.MULTILINE)
    assert left_out == {check for cell in listed for check in CHECK.findall(cell)}


def test_every_suppression_beside_a_resource_says_why() -> None:
    for template in TEMPLATES[:-1]:
        text = template.read_text(encoding="utf-8")
        assert len(re.findall(r"id: CKV", text)) == len(re.findall(r"comment: \"\w.{15,}\"", text))
