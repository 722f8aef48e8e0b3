"""Refusals of the gateway, with the error body of the API."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from werkzeug.wrappers import Response

from prescient.api.responses.errors import Detail, ErrorBody


class Refused(Exception):
    """The gateway refuses a request: `code` is for programs, the message reads `field: rule`."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """`headers` are added to the answer; their names have underscores instead of dashes."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Response:
        message = str(self)
        details = [Detail.of(message)] if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else []
        body = ErrorBody(
            code=self.code, message=message, details=details, request_id=str(uuid.uuid4())
        )
        headers = {"content-type": "application/json", **self.headers}
        return Response(body.model_dump_json(), self.status, headers)
