"""The functions' settings: environment variables, read once an execution environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from prescient.core.errors import InvalidRequest
from prescient.core.strategies.configuration import NotNegative, Percent, PositiveDollars
from prescient.usecases.support.functions import Step

_STREAM_OF_SAM_LOCAL = "$LATEST"  # on AWS a date and an id surround it


class Settings(BaseModel):
    """Field names are those of the environment variables, in lower case.

    `clock` says whose time it is: the machine's, or the exchange's (a simulation has its own).
    `max_quote_age`, `max_fill_delay` and `cycle_wait_seconds` are seconds, the two limits dollars
    of cost basis. `batch_reuse_seconds` is how old a batch may be on which another
    cycle decides, too. `shared_depth` is whether a cycle's portfolios take from the same books.
    `total_drawdown_limit` (dollars) and `total_drawdown_limit_percent` are how far all portfolios
    together may fall below their peak before they are paused.
    `fetch_seconds` is how long one fetch of the exchange may take, all its requests together.
    `price_update_late_after` and `cycle_late_after` are the seconds after the end of the last one
    from which on `GET /health` is not ok: three price updates and two cycles.
    A cycle runs `max_concurrency` chunks of `portfolios_per_chunk` portfolios at once.
    `max_books` is how many order books a cycle fetches at most, two a market; those of held markets
    come besides. The tape is kept whole for `tape_retention_days`, its hourly marks for
    `hours_retention_days`, at least the longest lookback and one day. `record_min_liquidity` and
    `record_min_volume` are dollars that an event must have to be recorded. `database_user`
    replaces the user of the URL. With `iam` it proves itself by a token; with `secret` user and
    password are those of the secret `database_secret_arn`; with `url` those of the URL, which is
    refused on AWS, where a password would stand in the environment. The server proves itself by a
    certificate of an authority in the file `database_root_certificate`, by default of RDS.
    `risk_free_rate` is a year's, a fraction: ratios count what is earned beyond it.
    `database_statement_timeout` is seconds, fewer than the function has. `strategies_path` is the
    folder of a user's own strategies, each of which may run for `strategy_timeout` seconds.
    `local_key` verifies bearer tokens where `sam local` runs the function. It is refused elsewhere:
    `aws_sam_local` alone proves nothing, since anyone may set it, but no caller on AWS can choose
    the name of the log stream.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    database_url: Annotated[str, Field(pattern="^postgres(ql)?://")]
    database_user: Annotated[str, Field(pattern="^[A-Za-z0-9_]+$")] | None = None
    database_authentication: Literal["iam", "secret", "url"] = "url"
    database_secret_arn: str | None = None
    database_root_certificate: str | None = None
    database_statement_timeout: Annotated[int, Field(gt=0, le=900)] = 50
    aws_region: str | None = None
    gamma_url: str = "https://gamma-api.polymarket.com"
    clob_url: str = "https://clob.polymarket.com"
    clock: Literal["system", "exchange"] = "system"
    fetch_seconds: Annotated[float, Field(gt=0, le=600)] = 180.0
    max_quote_age: Annotated[int, Field(gt=0)] = 600
    max_fill_delay: Annotated[int, Field(gt=0)] = 900
    shared_depth: bool = False
    batch_reuse_seconds: Annotated[int, Field(ge=0, le=600)] = 60
    max_market_exposure: PositiveDollars | None = None
    total_capital: PositiveDollars | None = None
    total_drawdown_limit: PositiveDollars | None = None
    total_drawdown_limit_percent: Percent | None = None
    max_books: Annotated[int, Field(ge=0, le=20_000)] = 500
    tape_retention_days: Annotated[int, Field(gt=0, le=36_500)] = 3650
    hours_retention_days: Annotated[int, Field(ge=15, le=36_500)] = 3650
    record_min_liquidity: NotNegative | None = None
    record_min_volume: NotNegative | None = None
    max_concurrency: Annotated[int, Field(gt=0, le=1000)] = 10
    portfolios_per_chunk: Annotated[int, Field(gt=0, le=100)] = 20
    risk_free_rate: Annotated[float, Field(gt=-1, le=1)] = 0.0
    strategies_path: str | None = None
    strategy_timeout: Annotated[float, Field(gt=0, le=60)] = 10.0
    state_machine_arn: str | None = None
    filter_function: str | None = None
    signal_function: str | None = None
    execute_function: str | None = None
    snapshot_function: str | None = None
    price_update_function: str | None = None
    cycle_wait_seconds: Annotated[float, Field(ge=0, le=25)] = 20.0
    price_update_late_after: Annotated[int, Field(gt=0)] = 900
    cycle_late_after: Annotated[int, Field(gt=0)] = 7200
    aws_sam_local: bool = False
    aws_lambda_function_name: str | None = None
    aws_lambda_log_stream_name: str | None = None
    local_key: Annotated[str, Field(min_length=32)] | None = None

    @model_validator(mode="after")
    def _check_local_key(self) -> Self:
        if self.local_key is not None and not self.is_sam_local:
            raise ValueError("LOCAL_KEY: only under `sam local`")
        return self

    @model_validator(mode="after")
    def _check_authentication(self) -> Self:
        is_on_aws = self.aws_lambda_function_name is not None and not self.is_sam_local
        if self.database_authentication == "url" and is_on_aws:
            raise ValueError("DATABASE_AUTHENTICATION: iam or secret on AWS; url is for elsewhere")
        return self

    @property
    def is_sam_local(self) -> bool:
        """Whether `sam local` runs the function, in a container on a developer's machine."""
        return self.aws_sam_local and self.aws_lambda_log_stream_name == _STREAM_OF_SAM_LOCAL

    @property
    def step_functions(self) -> dict[Step, str | None]:
        """The names of the functions of the steps, which only the API has."""
        return {step: getattr(self, f"{step}_function") for step in Step}

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as absent.

        Raises `InvalidRequest` naming each variable that breaks its rule.
        """
        given = {name.lower(): value for name, value in variables.items() if value != ""}
        wanted = {name: given[name] for name in cls.model_fields if name in given}
        try:
            return cls.model_validate(wanted)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            raise InvalidRequest(*map(_problem, found)) from None


def _problem(found: ErrorDetails) -> str:
    rule = found["msg"].removeprefix("Value error, ")
    return f"{str(found['loc'][0]).upper()}: {rule}" if found["loc"] else rule
