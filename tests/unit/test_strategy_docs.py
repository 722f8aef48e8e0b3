"""`docs/strategies.md` has a section for each strategy, and the keys that the models have."""

import re

from operations.strategies_page import HEAD, PAGE, page
from prescient.core.strategies import registry

SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TEXT = PAGE.read_text("utf-8")


def test_the_page_is_current() -> None:
    assert page(TEXT) == TEXT, "run `make docs` and commit docs/strategies.md"


def test_bounds_are_written_as_numbers_are() -> None:
    assert "| `stop_loss_percentage` | – | from 0.001, below 1 |" in TEXT
    assert "| `trade_amount` | 100 | above 0, below 10,000,000,000,000 |" in TEXT


def test_every_strategy_has_a_section_in_words_and_no_other_has_one() -> None:
    sections = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page(TEXT), re.MULTILINE | re.DOTALL)
    )
    words = {name: section.split(HEAD)[0].strip() for name, section in sections.items()}
    strategies = {name: text for name, text in words.items() if name.islower()}
    assert strategies.keys() == registry.STRATEGIES.keys()
    assert all(strategies.values())


def test_a_strategy_that_the_page_lacks_gets_its_section_and_its_keys() -> None:
    before, rest = TEXT.split("\n## momentum\n")
    _, after = rest.split("\n## ", maxsplit=1)
    made = page(f"{before}\n## {after}").split("\n## momentum\n")[1].split("\n## ")[0]
    words, rows = made.split(HEAD)
    assert words.strip().startswith("Momentum: the favoured side")
    assert rows.splitlines()[-1].startswith("| `lookback_hours` | 24 | 6, 24, 72, 168, 336 |")


def test_a_key_that_changed_changes_its_row_alone() -> None:
    stale = TEXT.replace("| `min_drift` | 0 |", "| `min_drift` | 1 |")
    assert stale != TEXT
    assert page(stale) == page(TEXT)
