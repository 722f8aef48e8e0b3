"""How a function logs in to Postgres: with a token of IAM, a secret, or what the URL has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from prescient.core.errors import InvalidRequest
from prescient.runtime import server_trust
from prescient.runtime.database_secret import DatabaseSecret
from prescient.runtime.rds_token import RdsToken
from prescient.runtime.settings import Settings

DEFAULT_PORT = 5432


def login(settings: Settings) -> Callable[[], str]:
    """Return a function that gives the URL for each new connection.

    With `iam` a token is the password, signed anew every time; with `secret` user and password are
    what the secret holds at that moment, so that it may be rotated. A server on another machine has
    to prove itself. Raises `InvalidRequest` naming the variable and the rule that it breaks.
    """
    match settings.database_authentication:
        case "url":
            return _by_url(settings)
        case "iam":
            return _by_token(settings)
        case "secret":
            return _by_secret(settings)


def as_user(url: str, user: str) -> str:
    """Return the URL for another user.

    A password belongs to its own user: with one, that user logs in and takes the role.
    """
    parts = urlsplit(url)
    credentials, _, server = parts.netloc.rpartition("@")
    if ":" not in credentials:
        return parts._replace(netloc=f"{quote(user)}@{server}").geturl()
    parameters = dict(parse_qsl(parts.query))
    options = f"{parameters.get('options', '')} -c role={user}".strip()
    return _with_parameters(parts, {**parameters, "options": options}).geturl()


def _by_url(settings: Settings) -> Callable[[], str]:
    url = _of_user(settings)
    server_trust.check(url, settings)
    return lambda: url


def _by_token(settings: Settings) -> Callable[[], str]:
    parts = urlsplit(_of_user(settings))
    needs = {
        "AWS_REGION: a login by IAM needs it": settings.aws_region is not None,
        "DATABASE_URL: a login by IAM needs a host and a user": parts.hostname and parts.username,
    }
    trusted = _trusting(parts, settings, needs)
    token = RdsToken(settings.aws_region or "")
    address = (parts.hostname or "", parts.port or DEFAULT_PORT, unquote(parts.username or ""))
    return lambda: _with_credentials(trusted, address[2], token.sign(*address))


def _by_secret(settings: Settings) -> Callable[[], str]:
    parts = urlsplit(settings.database_url)
    needs = {
        "DATABASE_URL: a login by a secret needs a host": parts.hostname,
        "DATABASE_SECRET_ARN: a login by a secret needs it": settings.database_secret_arn,
    }
    trusted = _trusting(parts, settings, needs)
    secret = DatabaseSecret(settings.database_secret_arn or "")
    return lambda: _with_credentials(trusted, *secret.read())


def _of_user(settings: Settings) -> str:
    user = settings.database_user
    return settings.database_url if user is None else as_user(settings.database_url, user)


def _trusting(parts: SplitResult, settings: Settings, needs: Mapping[str, object]) -> SplitResult:
    """Return the URL with the parameters of TLS, once all is there that the login needs."""
    parameters = {"sslmode": "verify-full", **dict(parse_qsl(parts.query))}
    has_password = parts.password is not None or "password" in parameters
    authorities = parameters.setdefault(
        "sslrootcert", server_trust.root_certificate(settings) or ""
    )
    rules = {
        **needs,
        "DATABASE_URL: takes no password beside a token or a secret": not has_password,
        "DATABASE_URL: needs sslmode=verify-full": parameters["sslmode"] == "verify-full",
        "DATABASE_ROOT_CERTIFICATE: the layer has no authorities of this AWS_REGION": authorities,
    }
    problems = [rule for rule, holds in rules.items() if not holds]
    if problems:
        raise InvalidRequest(*problems)
    return _with_parameters(parts, parameters)


def _with_credentials(parts: SplitResult, user: str, password: str) -> str:
    server = parts.netloc.rpartition("@")[2]
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{credentials}@{server}").geturl()


def _with_parameters(parts: SplitResult, parameters: dict[str, str]) -> SplitResult:
    return parts._replace(query=urlencode(parameters, quote_via=quote))
