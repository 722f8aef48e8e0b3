"""What the headers say of a change: that it is a merge patch, and which version it changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends, Request
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import AfterValidator, WithJsonSchema

from prescient.api.media_types import MERGE_PATCH
from prescient.api.request_shape import MEDIA_TYPE_KEY

TAGS_FORM = r'^(\*|"[0-9]{1,10}"(, ?"[0-9]{1,10}"){0,9})$'


def etag(version: int) -> str:
    """Return the tag of an answer that shows this version of a configuration."""
    return f'"{version}"'


def expected_versions(if_match: str | None) -> Sequence[int] | None:
    """Return the versions that an `If-Match` names; None admits every one."""
    if if_match is None or if_match == "*":
        return None
    return [int(tag.strip(' "')) for tag in if_match.split(",")]


def _checked_tags(text: str) -> str:
    if not re.fullmatch(TAGS_FORM, text):
        raise ValueError('must be *, or the ETag of an answer in its quotes, such as "3"')
    return text


def _merges(request: Request) -> bool:
    return request.context.get(MEDIA_TYPE_KEY) == MERGE_PATCH


IfMatch = Annotated[
    Annotated[
        str, AfterValidator(_checked_tags), WithJsonSchema({"type": "string", "pattern": TAGS_FORM})
    ]
    | None,
    Header(
        alias="If-Match",
        description="Change it only while its configuration has the ETag of this answer",
    ),
]
Merges = Annotated[bool, Depends(_merges)]
