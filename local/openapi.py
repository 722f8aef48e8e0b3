"""`make openapi`: writes the API's OpenAPI document, generated from its routes and models."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from prescient import __version__
from prescient.api.application import Application
from prescient.api.authorization import SCHEME

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> str:
    """The document as it is committed: JSON with sorted keys, so that changes read well."""
    generated = Application(documented=True).get_openapi_json_schema(
        title="Prescient",
        version=__version__,
        description="Paper trading for prediction markets: portfolios and their trading cycles.",
        security_schemes={SCHEME: HTTPBearer(scheme="bearer", bearerFormat="JWT")},
    )
    return json.dumps(json.loads(generated), indent=2, sort_keys=True) + "\n"


def main() -> int:
    """Writes docs/openapi.json."""
    DOCUMENT.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
