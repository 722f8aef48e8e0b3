"""What the URL of a database asks its sessions to be set to.

Poolers refuse libpq's `options` at the start of a connection, or drop them without a word: what is
in them has to be said in SQL.
"""

from __future__ import annotations

import re

from psycopg.conninfo import conninfo_to_dict

from prescient.core.errors import InvalidRequest

_OPTION = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)(?:\s+|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def of_url(url: str) -> dict[str, str]:
    """The parameters of Postgres that the `options` of a libpq URL set, in their order.

    Raises `InvalidRequest` for an option other than `-c name=value` and `--name=value`.
    """
    options = str(conninfo_to_dict(url).get("options") or "").strip()
    found: dict[str, str] = {}
    end = 0
    while end < len(options):
        option = _OPTION.match(options, end)
        if option is None:
            raise InvalidRequest("DATABASE_URL: options: each is -c name=value or --name=value")
        name, value = option.groups()
        found[name.replace("-", "_")] = _ESCAPED.sub(r"\1", value)
        end = option.end()
    return found
