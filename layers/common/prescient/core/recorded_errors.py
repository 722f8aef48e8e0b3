"""Errors that another process has raised, as their names tell of them."""

from __future__ import annotations

from prescient.core import errors
from prescient.core.errors import InvalidRequest, PassingError, PrescientError, StepFailed


def recorded(class_name: str, message: str) -> PrescientError:
    """Return the error that another process has raised and told by its name and message."""
    kind = getattr(errors, class_name, None)
    if not (isinstance(kind, type) and issubclass(kind, PrescientError)):
        return StepFailed("the step failed; its function's log says why")
    if kind is InvalidRequest:
        return InvalidRequest(*message.split("; "))
    error: PrescientError = kind.__new__(kind)
    error.args = (message,)
    return error


_PASSING_ON_AWS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
}


def is_passing(class_name: str) -> bool:
    """Whether an error of this class, recorded by its name, may not come again.

    AWS's own names count where its service throttled a function or could not run it.
    """
    ours = {kind.__name__ for kind in PassingError.__subclasses__()}
    return class_name in ours | _PASSING_ON_AWS
