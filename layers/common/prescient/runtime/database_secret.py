"""The login of a secret in Secrets Manager, in the form that RDS gives to those that it manages."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from prescient.core.errors import DatabaseUnavailable, InvalidRequest

_TIMEOUT_SECONDS = 5


class DatabaseSecret:
    """The secret of this ARN. Every connection reads it again: RDS rotates what it manages."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def read(self) -> tuple[str, str]:
        """Return user and password.

        Raises `DatabaseUnavailable` where the secret cannot be read, and `InvalidRequest` where it
        is not JSON with `username` and `password`.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.get_secret_value(SecretId=self._arn)
        except (ClientError, BotoCoreError) as error:
            raise DatabaseUnavailable(f"the secret {self._arn} cannot be read: {error}") from error
        try:
            held = json.loads(answer["SecretString"])
            return str(held["username"]), str(held["password"])
        except (ValueError, KeyError, TypeError):
            raise InvalidRequest(
                "DATABASE_SECRET_ARN: the secret is to be JSON with username and password"
            ) from None

    @cached_property
    def _client(self) -> Any:
        """The client, imported late: only migrations log in by a secret."""
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=_TIMEOUT_SECONDS, read_timeout=_TIMEOUT_SECONDS)
        return boto3.client("secretsmanager", config=config)
