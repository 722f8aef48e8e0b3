"""How a function logs in to Postgres: as the URL's user or as a role, by password or by IAM."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from prescient.core.errors import InvalidRequest
from prescient.runtime.rds_token import RdsToken
from prescient.runtime.settings import Settings

DEFAULT_PORT = 5432


def login(settings: Settings) -> Callable[[], str]:
    """Return a function that gives the URL for each new connection.

    With IAM a token is the password, signed anew every time, and the server has to prove itself.
    Raises `InvalidRequest` naming the variable that a login by IAM lacks.
    """
    url = settings.database_url
    if settings.database_user is not None:
        url = as_user(url, settings.database_user)
    if settings.database_authentication == "url":
        return lambda: url
    trusted = _checked(urlsplit(url), settings)
    token = RdsToken(settings.aws_region or "")
    return lambda: _with_password(trusted, token.sign(*_address(trusted)))


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


def _checked(parts: SplitResult, settings: Settings) -> SplitResult:
    """Return the URL with the parameters of TLS, once all that a login by IAM needs is there."""
    parameters = {"sslmode": "verify-full", **dict(parse_qsl(parts.query))}
    if settings.database_root_certificate is not None:
        parameters.setdefault("sslrootcert", settings.database_root_certificate)
    rules = {
        "AWS_REGION: a login by IAM needs it": settings.aws_region is not None,
        "DATABASE_URL: a login by IAM needs a host and a user": parts.hostname and parts.username,
        "DATABASE_URL: a login by IAM takes no password": parts.password is None,
        "DATABASE_URL: a login by IAM needs sslmode=verify-full": (
            parameters["sslmode"] == "verify-full"
        ),
        "DATABASE_ROOT_CERTIFICATE: a login by IAM needs the server's authority": (
            "sslrootcert" in parameters
        ),
    }
    problems = [rule for rule, holds in rules.items() if not holds]
    if problems:
        raise InvalidRequest(*problems)
    return _with_parameters(parts, parameters)


def _address(parts: SplitResult) -> tuple[str, int, str]:
    return parts.hostname or "", parts.port or DEFAULT_PORT, unquote(parts.username or "")


def _with_password(parts: SplitResult, password: str) -> str:
    server = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:{quote(password, safe='')}@{server}").geturl()


def _with_parameters(parts: SplitResult, parameters: dict[str, str]) -> SplitResult:
    return parts._replace(query=urlencode(parameters, quote_via=quote))
