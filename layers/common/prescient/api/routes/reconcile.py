"""The check of the books."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.context import Api
from prescient.api.responses.reconcile import BrokenInvariant, Reconciliation, UncheckedRows
from prescient.api.routing import RouteTable

routes = RouteTable("Reconcile")


@routes.route(["POST"], "/reconcile", scope=Scope.ADMIN, answers={200: Reconciliation})
def check_books(api: Api) -> Reconciliation:
    """Rebuild every number of every portfolio and name the rows that differ."""
    # Imported late: it rebuilds every number, with twenty modules that no other route needs.
    from prescient.usecases import reconcile

    found = reconcile.run(api.database)
    return Reconciliation(
        message="The books reconcile" if not found.breaks else "Some rows break an invariant",
        reconciled=not found.breaks,
        breaks=[
            BrokenInvariant(
                rule=broken.rule,
                subject=broken.subject,
                found=broken.found,
                expected=broken.expected,
            )
            for broken in found.breaks
        ],
        notes=[
            UncheckedRows(rule=note.rule, reason=note.reason, rows=note.rows)
            for note in found.notes
        ],
    )
