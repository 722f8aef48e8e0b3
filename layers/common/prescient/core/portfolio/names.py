"""Names of portfolios: what they may hold, and when two are the same to a reader."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 255
_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_UNSEEN = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that show nothing, such as the Hangul filler and the empty Braille."""
_VARIATION_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


def check_name(name: str) -> str:
    """Return the name; raises `ValueError` where it holds what a reader cannot see."""
    if name != name.strip():
        raise ValueError("must not begin or end with a space")
    for place, letter in enumerate(name, 1):
        if letter in _UNSEEN or unicodedata.category(letter) in _UNSEEN_CATEGORIES:
            raise ValueError(f"holds an invisible character, U+{ord(letter):04X}, at place {place}")
    if len(folded(name)) > LONGEST_NAME:
        raise ValueError(f"must have at most {LONGEST_NAME} characters once ligatures are split")
    return name


def folded(name: str) -> str:
    """Return what names share that differ in letter case or in how their letters are encoded.

    Casefold and NFKC, twice because either can undo the other, without variation selectors. Source:
    The Unicode Standard, section 3.13, compatibility caseless matching.
    """
    plain = name.translate(_VARIATION_SELECTORS)
    for _ in range(2):
        plain = unicodedata.normalize("NFKC", plain.casefold())
    return plain
