"""Domain errors. Class names are a contract with the state machine: rename them in both places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple


class PrescientError(Exception):
    """Base of every error that carries a message for the user."""


class InvalidRequest(PrescientError):
    """An input breaks rules; each problem is one `field: rule`."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class InvalidStrategy(PrescientError):
    """A module that was to be a strategy breaks a rule of registration."""


class StrategyFailed(PrescientError):
    """A strategy's rule raised an error, did not end, or answered what is no decision."""


class PortfolioNotFound(PrescientError):
    """No portfolio has this id; `field` is where the request names it."""

    def __init__(self, portfolio_id: int, field: str = "portfolio_id") -> None:
        super().__init__(f"{field}: no portfolio {portfolio_id} exists")
        self.portfolio_id = portfolio_id


class PortfolioNotActive(PrescientError):
    """The portfolio is paused or archived, so it cannot run a cycle."""

    def __init__(self, portfolio_id: int, status: str) -> None:
        super().__init__(f"portfolio_id: portfolio {portfolio_id} is {status}, not active")


class NoActivePortfolio(PrescientError):
    """A request left the portfolio open, and there is none that could run."""

    def __init__(self) -> None:
        super().__init__("portfolio_id: there is no active portfolio")


class PositionNotFound(PrescientError):
    """The portfolio has no position with this id."""

    def __init__(self, portfolio_id: int, position_id: int) -> None:
        super().__init__(f"position_id: portfolio {portfolio_id} has no position {position_id}")


class PortfolioConflict(PrescientError):
    """A change that the present state does not allow; each of its kinds is one cause."""


class PortfolioArchived(PortfolioConflict):
    """The portfolio is history: only its cash can leave it."""


class OpenPositions(PortfolioConflict):
    """The portfolio holds something, which archiving it does not allow."""


class PositionsUnsold(PortfolioConflict):
    """A liquidation cannot sell everything, so it sells nothing."""


class HasHistory(PortfolioConflict):
    """The portfolio has a trade or a transfer, so it is archived instead of deleted."""


class NotConfirmed(PortfolioConflict):
    """The name that is to confirm a deletion is not the portfolio's."""


class InsufficientBalance(PortfolioConflict):
    """More cash is to leave the portfolio than it has."""


class PositionClosed(PortfolioConflict):
    """The position holds no shares any more."""


class NoBid(PortfolioConflict):
    """No buyer bids for the shares."""


class MarketClosed(PortfolioConflict):
    """The market takes no orders."""


class MarketOpen(PortfolioConflict):
    """The market takes orders, so that its shares can be sold."""


class MarketResolved(PortfolioConflict):
    """The market is resolved, so that its shares will be paid."""


class MarketReplaced(PortfolioConflict):
    """The market's id stands for another market than the one that was bought."""


class SharesUnknown(PortfolioConflict):
    """An upgrade could not tell how many shares the position has."""


class DrawdownLimitReached(PortfolioConflict):
    """A guard would pause again at once what is to be reactivated."""


class NothingChanged(PortfolioConflict):
    """What is asked for is so already."""


class VersionConflict(PrescientError):
    """The configuration is no longer the one that the caller has read."""

    def __init__(self, version: int) -> None:
        super().__init__(f"If-Match: the configuration is at version {version} by now")


class NameTaken(PrescientError):
    """Another portfolio has this name, or one that looks the same."""

    def __init__(self, name: str) -> None:
        super().__init__(f"name: a portfolio named {name!r}, or a name that looks like it, exists")


class StaleQuote(PrescientError):
    """The newest quote is too old to sell at."""


class PortfolioDeleted(PrescientError):
    """The portfolio that an earlier request with this key created or changed exists no more."""

    def __init__(self, portfolio_id: int) -> None:
        super().__init__(f"portfolio_id: portfolio {portfolio_id} has been deleted since")


class IdempotencyConflict(PrescientError):
    """An idempotency key came back with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Idempotency-Key: {key!r} was used for another request before")


class PauseNotFound(PrescientError):
    """No pause of all portfolios has this id."""

    def __init__(self, pause_id: int) -> None:
        super().__init__(f"pause_id: no pause {pause_id} exists")


class VersionNotFound(PrescientError):
    """The portfolio has no such version of its configuration, or none was kept."""

    def __init__(self, portfolio_id: int, version: int) -> None:
        super().__init__(f"version: portfolio {portfolio_id} has no version {version} kept")


class MarketNotFound(PrescientError):
    """No market has this id."""

    def __init__(self, market_id: str) -> None:
        super().__init__(f"market_id: no market {market_id!r} exists")


class StrategyNotFound(PrescientError):
    """No strategy has this name."""

    def __init__(self, strategy_type: str) -> None:
        super().__init__(f"strategy_type: no strategy {strategy_type!r} exists")


class TooManyPortfolios(PrescientError):
    """A cycle would run more portfolios than the answer of its filter has room for."""


class CycleNotFound(PrescientError):
    """No cycle has this id, or none has run the portfolio yet."""


class ClaimLost(PrescientError):
    """Another cycle runs this portfolio now, or this one's lease has been taken over."""


class PassingError(PrescientError):
    """What a later attempt may not meet again."""


class BatchLost(PassingError):
    """A batch was discarded, by maintenance or by its own failure, before it could be published."""

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"batch {batch_id} is no longer loading")


class ExchangeUnavailable(PassingError):
    """The exchange did not give a usable answer within the retries and the deadline."""


class FilterBusy(PassingError):
    """Another cycle reads the exchange, and goes on for longer than one waits for it."""


class TooManyExecutions(PassingError):
    """Step Functions throttled the start of an execution."""


class StateMachineUnavailable(PassingError):
    """Step Functions did not accept an execution."""


class ChunkUnfinished(PassingError):
    """A function's time ended before the step was taken for all portfolios of its chunk."""

    def __init__(self, left: int) -> None:
        super().__init__(f"there was no time for {left} more portfolios of the chunk")


class ChunkAstray(PrescientError):
    """A step told no outcome, or that of a portfolio that was not left to it."""

    def __init__(self, left: Sequence[int], told: Collection[int]) -> None:
        super().__init__(f"of the portfolios {[*left]} the step told the outcomes of {[*told]}")


class FunctionUnavailable(PassingError):
    """The function of a step could not be run."""


class CycleAbandoned(PassingError):
    """Nothing runs the cycle any more: its execution died, or its steps were not all run."""


class ComparisonUnavailable(PassingError):
    """The function that was asked has nothing to compute with."""


class DatabaseUnavailable(PassingError):
    """The connection to Postgres could not be opened or was lost."""


class SerializationFailure(PassingError):
    """Postgres refused a transaction that conflicted with another; running it again is safe."""


class DeadlockDetected(PassingError):
    """Postgres ended this transaction to break a deadlock; running it again is safe."""


class StepFailed(PrescientError):
    """A function of a step failed for a reason that is none of the others."""


class BooksBroken(PrescientError):
    """Some rows break an invariant of the books."""


class SchemaVersionMismatch(PrescientError):
    """The database is not at the schema version that this code expects."""


class Remedy(NamedTuple):
    """What an owner can do about a refusal: SQL to run before the migration, and after it."""

    about: str
    before: str
    after: str = ""


class MigrationRefused(PrescientError):
    """The migrations may not, or could not, change this database; what was begun is undone."""

    def __init__(self, message: str, remedies: Sequence[Remedy] = ()) -> None:
        super().__init__(message)
        self.remedies = remedies
