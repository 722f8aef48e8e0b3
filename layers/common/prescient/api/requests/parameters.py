"""Parameters of paths, queries and headers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
    field_validator,
)

from prescient.api.requests.values import LARGEST_BIGINT, LARGEST_INTEGER, Tag
from prescient.core.broken_rules import A_DAY, A_MOMENT
from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.money import exact_number
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.positions import ExitKind, PositionStatus
from prescient.store.signal_pages import SignalStatus


def _digits(text: object) -> object:
    """Refuse what only Python reads as a whole number: 1_0, +1, 1.0."""
    if isinstance(text, str) and not re.fullmatch("-?[0-9]{1,30}", text):
        raise ValueError("must be a whole number")
    return text


def _flag(text: object) -> object:
    if isinstance(text, str) and text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text


Whole = Annotated[int, BeforeValidator(_digits)]
Flag = Annotated[bool, BeforeValidator(_flag)]
PositionIdInPath = Annotated[Whole, Path(ge=1, le=LARGEST_BIGINT, description="A position's id")]
PortfolioIdInPath = Annotated[Whole, Path(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")]
PortfolioIdInQuery = Annotated[
    Whole | None, Query(ge=1, le=LARGEST_INTEGER, description="A portfolio's id")
]
AfterPortfolio = Annotated[
    Whole | None,
    Query(ge=1, le=LARGEST_INTEGER, description="Of all active ones, only those with a larger id"),
]
Confirmation = Annotated[
    str | None,
    Query(min_length=1, max_length=255, description="Its name, to be sure of the right one"),
]
Purge = Annotated[
    Flag, Query(description="Delete its trades and transfers too; needs the scope prescient/admin")
]
SharedDepth = Annotated[
    Flag | None,
    Query(description="Whether what one portfolio takes is gone for the next; else the setting's"),
]
DryRun = Annotated[Flag, Query(description="Only plan; nothing is moved unless this is false")]
CycleIdInPath = Annotated[Whole, Path(ge=1, le=LARGEST_BIGINT, description="A cycle's id")]
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
TEXT_ID = r"^[!-~]{1,255}$"
USUAL_LIMIT = 100
LONGEST_PAGE = 1000
_PAGE_ENDS = "Where the page before ends, as its `next` says"
Limit = Annotated[Whole, Query(ge=1, le=LONGEST_PAGE, description="How many rows at most")]
NumberCursor = Annotated[Whole | None, Query(ge=0, le=LARGEST_BIGINT, description=_PAGE_ENDS)]
MomentCursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,16}-[0-9]{1,18}$", description=_PAGE_ENDS)
]
TextCursor = Annotated[str | None, Query(pattern=TEXT_ID, description=_PAGE_ENDS)]


def _moment(text: object) -> object:
    """Pydantic reads numbers as seconds since 1970, and moments without a zone."""
    if isinstance(text, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", text):
        raise ValueError(A_MOMENT)
    return text


def _day(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(A_DAY)
    return text


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
DayCursor = Annotated[Day | None, Query(description=_PAGE_ENDS)]
Since = Annotated[Moment | None, Query(alias="from", description="Only from this moment on")]
Until = Annotated[Moment | None, Query(alias="to", description="Only before this moment")]
SinceDay = Annotated[Day | None, Query(alias="from", description="Only from this day on")]
UntilDay = Annotated[Day | None, Query(alias="to", description="Only before this day")]
PositionStatusInQuery = Annotated[
    PositionStatus | None, Query(description="Only what is open, or closed")
]
CyclePortfolioStatusInQuery = Annotated[
    CyclePortfolioStatus | None, Query(description="Only what came to this")
]
SignalStatusInQuery = Annotated[
    SignalStatus | None, Query(description="Only signals that came to this")
]
ExitKindInQuery = Annotated[ExitKind | None, Query(description="Only exits of this kind")]
LedgerKindInQuery = Annotated[LedgerKind | None, Query(description="Only entries of this kind")]
MarketIdInPath = Annotated[str, Path(pattern=TEXT_ID, description="A market's id")]
MarketIdInQuery = Annotated[
    str | None, Query(pattern=TEXT_ID, description="Only what is of this market")
]
ExplainedMarket = Annotated[
    str, Query(alias="market_id", pattern=TEXT_ID, description="The market that is asked about")
]
EventIdInQuery = Annotated[
    str | None, Query(pattern=TEXT_ID, description="Only markets of this event")
]
TagOfEventInQuery = Annotated[
    str | None,
    Query(min_length=1, max_length=100, description="Only markets whose event has this tag"),
]
ClosedInQuery = Annotated[
    Flag | None, Query(description="Only markets that are closed, or that are not")
]
StrategyTypeInPath = Annotated[
    str, Path(pattern=r"^[!-~]{1,100}$", description="A strategy's name")
]
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
    Whole, Path(ge=1, le=LARGEST_INTEGER, description="A version of the configuration")
]
FirstVersion = Annotated[
    Whole, Query(alias="from", ge=1, le=LARGEST_INTEGER, description="The version before")
]
SecondVersion = Annotated[
    Whole, Query(alias="to", ge=1, le=LARGEST_INTEGER, description="The version after")
]


class ThresholdsQuery(Thresholds):
    """The thresholds of a cycle, each a query parameter."""

    model_config = ConfigDict(extra="ignore")  # of the other parameters of the route

    @field_validator("*", mode="before")
    @classmethod
    def _exact(cls, value: object) -> Decimal:
        return exact_number(value)


ThresholdsInQuery = Annotated[ThresholdsQuery, Query()]
