"""The check of the books at the end of a run, by the functions that do it on AWS."""

from __future__ import annotations

from rich.console import Console

from local.aws.stack import Stack, StepFailed
from prescient.core.errors import BooksBroken


def books_reconcile(stack: Stack, console: Console) -> bool:
    """Compute metrics and do the daily maintenance; print what does not reconcile, if anything.

    Raises `StepFailed` where a function fails for another reason.
    """
    stack.invoke("ResearchFunction", {})
    try:
        stack.invoke("MaintenanceFunction", {})
    except StepFailed as failure:
        if BooksBroken.__name__ not in str(failure):
            raise
        console.print(str(failure), style="red", markup=False)
        return False
    return True
