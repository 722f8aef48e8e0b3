"""What a function imports is no garbage, and no collection looks for garbage in it."""

from __future__ import annotations

import gc

import pytest

from prescient.runtime.starting import imports


def test_nothing_is_collected_while_a_function_imports_and_everything_after() -> None:
    with imports():
        assert not gc.isenabled()
        imported = [object()]
    assert gc.isenabled()
    assert not any(kept is imported for kept in gc.get_objects()), "a collection looks at it"


def test_an_import_that_fails_leaves_collections_on() -> None:
    with pytest.raises(ImportError), imports():
        raise ImportError("no such layer")
    assert gc.isenabled()
