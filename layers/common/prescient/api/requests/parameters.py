"""Parameters of paths, queries and headers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import AfterValidator, AwareDatetime, ConfigDict, WithJsonSchema, field_validator

from prescient.api.requests.values import LARGEST_BIGINT, LARGEST_INTEGER, Tag
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.money import exact_number

PositionIdInPath = Annotated[int, Path(ge=1, le=LARGEST_BIGINT, description="A position's id")]
PortfolioIdInPath = Annotated[int, Path(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")]
PortfolioIdInQuery = Annotated[
    int | None, Query(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")
]
Confirmation = Annotated[str, Query(description="The portfolio's name, to confirm")]
Purge = Annotated[
    bool, Query(description="Delete its trades and transfers too; needs the scope prescient/admin")
]
SharedDepth = Annotated[
    bool | None,
    Query(description="Whether what one portfolio takes is gone for the next; else the setting's"),
]
DryRun = Annotated[bool, Query(description="Only plan; nothing is moved unless this is false")]
CycleIdInPath = Annotated[int, Path(ge=1, le=LARGEST_BIGINT, description="A cycle's id")]
KEY_FORM = r"^[!-~]{1,255}$"


def _checked_key(key: str) -> str:
    if not re.fullmatch(KEY_FORM, key):
        raise ValueError("must be 1 to 255 visible characters of ASCII, without a space")
    return key


IdempotencyKey = Annotated[
    Annotated[
        str, AfterValidator(_checked_key), WithJsonSchema({"type": "string", "pattern": KEY_FORM})
    ]
    | None,
    Header(
        alias="Idempotency-Key",
        description="A request that comes again with the key of an earlier one gets its answer",
    ),
]
PageSize = Annotated[int, Query(ge=1, le=100, description="How many at most")]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_BIGINT, description="Only ids below this")]
LongPageSize = Annotated[int, Query(ge=1, le=1000, description="How many at most")]
PointCursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,16}-[0-9]{1,9}$", description="Where a page before said that it ends"),
]
Since = Annotated[AwareDatetime | None, Query(description="Only from this moment on")]
Until = Annotated[AwareDatetime | None, Query(description="Only before this moment")]
SinceDay = Annotated[date | None, Query(description="Only from this day on")]
BeforeDay = Annotated[date | None, Query(description="Only days before this one")]
MOST_COMPARED = 20
IDS_FORM = r"^[1-9][0-9]{0,9}(,[1-9][0-9]{0,9}){1,19}$"


def _distinct_ids(text: str) -> str:
    if not re.fullmatch(IDS_FORM, text):
        raise ValueError(f"must be 2 to {MOST_COMPARED} ids of portfolios with commas between them")
    ids = [int(number) for number in text.split(",")]
    if len(set(ids)) < len(ids) or max(ids) > LARGEST_INTEGER:
        raise ValueError(f"must be different ids up to {LARGEST_INTEGER}")
    return text


ComparedIds = Annotated[
    str,
    AfterValidator(_distinct_ids),
    WithJsonSchema({"type": "string", "pattern": IDS_FORM, "examples": ["1,2"]}),
    Query(description="The portfolios to compare, at most 20, with commas between their ids"),
]
TagInQuery = Annotated[Tag | None, Query(description="Only portfolios with this tag")]
VersionInPath = Annotated[
    int, Path(ge=1, le=LARGEST_INTEGER, description="A version of the configuration")
]
FirstVersion = Annotated[
    int, Query(alias="from", ge=1, le=LARGEST_INTEGER, description="The version before")
]
SecondVersion = Annotated[
    int, Query(alias="to", ge=1, le=LARGEST_INTEGER, description="The version after")
]


class ThresholdsQuery(Thresholds):
    """The thresholds of a cycle, each a query parameter."""

    model_config = ConfigDict(extra="ignore")  # of the other parameters of the route

    @field_validator("*", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Decimal:
        return exact_number(value)


ThresholdsInQuery = Annotated[ThresholdsQuery, Query()]
