"""The pages lead to each other, and the files and commands that they name exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, code_spans, links, name

LAYER = ROOT / "layers/common/prescient"
ROOMS = {folder.name: ROOT for folder in ROOT.iterdir() if folder.is_dir()} | {
    folder.name: LAYER for folder in LAYER.iterdir() if folder.is_dir()
}
"""The folders with which a path in the text begins, and where they are."""
PATH = re.compile(r"\w+(/[\w.*-]+)+/?")
FILE = re.compile(r"\w+\.(py|sql)")
PLACEHOLDER = re.compile(r"[A-Z]{4}")
OF_THE_OLDER_SYSTEM = {"migrate_to_multiple_portfolios.py"}


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.is_dir():
            waiting += page.glob("*.md")
        elif page.suffix == ".md" and page not in reached:
            reached.add(page)
            waiting += links(page)
    assert set(PAGES) - reached == set(), "link them from README.md or from a page that it links"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [path for path in links(page) if not path.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert [span for span in code_spans(page) if not _exists(span)] == []


def _exists(span: str) -> bool:
    """Whether it is no path of ours, or one that exists; `*` stands for any name."""
    if PLACEHOLDER.search(span):
        return True
    if FILE.fullmatch(span):
        return span in _file_names() | OF_THE_OLDER_SYSTEM
    room = ROOMS.get(span.split("/", maxsplit=1)[0])
    if room is None or not PATH.fullmatch(span):
        return True
    return any(room.glob(span.rstrip("/")))


def test_the_readme_says_what_is_in_every_folder() -> None:
    houses = (ROOT, LAYER, LAYER / "core", ROOT / "local")
    folders = {path for house in houses for path in house.iterdir() if path.is_dir()}
    rooms = {path for path in folders if path.name.isidentifier() and path.name[0] != "_"}
    table = re.findall(r"^\| `(\S+)/` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = {ROOMS[path.split("/")[0]] / path for path in table}
    assert rooms - named == {ROOT / "layers"}


@cache
def _file_names() -> frozenset[str]:
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name[0] != "."]
    return frozenset(path.name for folder in folders for path in folder.rglob("*.*"))


def test_every_make_command_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert named - targets == set()


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for number, page in zip(numbers, pages, strict=True):
        assert page.read_text("utf-8").startswith(f"# {number}. ")
