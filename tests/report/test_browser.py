"""The page in a real browser: at three widths, in light and dark, and on paper."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, _NAMES)), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
_FRAME = """<!DOCTYPE html><meta name="color-scheme" content="light dark">
<style>iframe {{ border: 0; width: {width}px; height: 900px }}</style>
<iframe srcdoc="{page}"></iframe>
<script>
onload = () => {{
  const view = frames[0], page = view.document, style = view.getComputedStyle(page.body);
  const wide = [...page.querySelectorAll("body *")].filter(found =>
    found.getBoundingClientRect().right > view.innerWidth + 1 && !found.closest(".scroll, svg"));
  document.body.textContent = "SEEN" + JSON.stringify({{
    title: page.title, width: view.innerWidth, scrolled: page.documentElement.scrollWidth,
    wide: wide.map(found => found.outerHTML.slice(0, 200)),
    paper: style.backgroundColor, ink: style.color}}) + "SEEN";
}};
</script>
"""
"""A phone is narrower than the browser's window may be, but a frame may."""


def _browse(tmp_path: Path, html: str, *options: str) -> str:
    shown = tmp_path / "shown.html"
    shown.write_text(html, "utf-8")
    command = [str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", *options, shown.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def _seen(tmp_path: Path, html: str, width: int = 820, *options: str) -> dict[str, Any]:
    """What a script sees of the page, without the rule that keeps scripts out of it."""
    without_rule = re.sub(r"<meta http-equiv=[^>]+>", "", html)
    frame = _FRAME.format(width=width, page=escape(without_rule))
    told = unescape(_browse(tmp_path, frame, "--dump-dom", "--window-size=1600,1000", *options))
    seen: dict[str, Any] = json.loads(told.split("SEEN")[1])
    return seen


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_stands_out_at_any_width(tmp_path: Path, html: str, width: int) -> None:
    seen = _seen(tmp_path, html, width)
    assert seen["width"] == width
    assert seen["scrolled"] <= width
    assert seen["wide"] == []
    assert seen["title"] == "Prescient: report"  # the harmful question did not run


def test_dark_is_dark(tmp_path: Path, html: str) -> None:
    light = _seen(tmp_path, html, 820, "--blink-settings=preferredColorScheme=1")
    dark = _seen(tmp_path, html, 820, "--blink-settings=preferredColorScheme=0")
    assert (light["paper"], dark["paper"]) == ("rgb(255, 255, 255)", "rgb(20, 23, 28)")
    assert light["ink"] != dark["ink"]


def test_it_prints(tmp_path: Path, html: str) -> None:
    printed = tmp_path / "report.pdf"
    _browse(tmp_path, html, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    assert printed.read_bytes().startswith(b"%PDF")
