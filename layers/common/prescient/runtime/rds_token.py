"""Tokens of RDS: a signed request that stands for a password."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from prescient.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from botocore.credentials import Credentials

LIFETIME_SECONDS = 900


class RdsToken:
    """Signs with the credentials of the process, in `region`. The server takes a token for 15 min.

    Only the signer of botocore is imported, and only when the first connection opens: a client of
    boto3 would cost most of a cold start.
    """

    def __init__(self, region: str) -> None:
        self._region = region

    def sign(self, host: str, port: int, user: str) -> str:
        """Sign a token for `user`; raises `DatabaseUnavailable` where there are no credentials."""
        from botocore.auth import SigV4QueryAuth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(
            "GET", f"https://{host}:{port}/", params={"Action": "connect", "DBUser": user}
        )
        SigV4QueryAuth(self._credentials, "rds-db", self._region, LIFETIME_SECONDS).add_auth(
            request
        )
        return str(request.url).removeprefix("https://")

    @cached_property
    def _credentials(self) -> Credentials:
        """The credentials, which refresh themselves where a service rotates them."""
        from botocore.session import get_session

        found = get_session().get_credentials()
        if found is None:
            raise DatabaseUnavailable("there are no AWS credentials to sign a token with")
        return found
