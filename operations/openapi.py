"""`make openapi`: write the API's OpenAPI document, generated from its routes and models."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from local.demo.own_strategies import registered_from
from prescient.api import document as api_document
from prescient.core.errors import InvalidRequest

OWN_DOCUMENT = Path(".local/openapi.json")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> str:
    """Return the document as it is committed: JSON with sorted keys, so that changes read well."""
    described = api_document.document()
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write docs/openapi.json; with STRATEGIES_PATH, a document with its strategies elsewhere."""
    try:
        folder = registered_from(os.environ)
    except InvalidRequest as error:
        print(error, file=sys.stderr)
        return 2
    path = DOCUMENT if folder is None else OWN_DOCUMENT
    path.parent.mkdir(exist_ok=True)
    path.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
