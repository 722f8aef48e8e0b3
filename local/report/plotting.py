"""pygal, without what its import leaves behind.

It adds a finder of modules for maps, which speaks a protocol that Python dropped in 3.12: what asks
all finders, as pytest does, fails on it.
"""

from __future__ import annotations

import sys

from pygal import XY, Config, DateLine, PluginImportFixer
from pygal.style import Style

sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, PluginImportFixer)]

__all__ = ["XY", "Config", "DateLine", "Style"]
