"""The ids and tokens that a request names."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.wrappers import Request

_QUERIED = ("id", "condition_ids", "clob_token_ids", "market", "token_id")


def named_identities(request: Request) -> frozenset[str]:
    """Return ids of rows, conditions and tokens, from the path, the query, and a batch's body."""
    named = {value for name in _QUERIED for value in request.args.getlist(name)}
    named.add(request.path.rpartition("/")[2])
    body = request.get_json(force=True, silent=True) if request.method == "POST" else None
    entries = body if isinstance(body, list) else []
    tokens = (entry.get("token_id") for entry in entries if isinstance(entry, Mapping))
    return frozenset(named | {token for token in tokens if isinstance(token, str)})
