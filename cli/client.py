"""The API's operations, with the models of its own document."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from . import models
from .errors import NoAnswer, Refused
from .transport import Received, Transport

T = TypeVar("T")
_LATE = 503
"""The status of a health that is not ok, with a body like any other."""
_STARTED = 202
_UNAUTHENTICATED = 401
_LARGEST_PAGE = 1_000
_NEXT = re.compile(r'<(/[^>]*)>;\s*rel="?next"?')
_REDIRECTIONS = range(300, 400)
_FIRST_ERROR = 400
Query = Mapping[str, object]
Fields = Mapping[str, object]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer as it came, and what it says."""

    body: bytes
    content: T


class Client:
    """Asks the API at one address; every method raises Refused or Unreachable."""

    def __init__(
        self,
        address: str,
        transport: Transport,
        bearer: Callable[[], str | None],
        key: str | None = None,
    ) -> None:
        """`bearer` gives a request's token, None where there is none; `key` is that of a change."""
        self._address, self._transport, self.bearer = address, transport, bearer
        self._key = key or str(uuid.uuid4())
        self._has_asked_for_a_change = False

    def health(self) -> Answer[models.Health]:
        """Ask without a token, as anyone may."""
        received = self._transport.send("GET", "/health", headers=_headers(None))
        return self._health(received, models.Health)

    def health_details(self) -> Answer[models.HealthDetails]:
        headers = _headers(self.bearer())
        received = self._transport.send("GET", "/health/details", headers=headers)
        return self._health(received, models.HealthDetails)

    def update_prices(self) -> Answer[models.PricesUpdated | models.PriceUpdateStarted]:
        """Start a price update, and wait for it as long as the API does."""
        received = self._sent("POST", "/paper-trading/update-prices")
        model: type[models.PricesUpdated | models.PriceUpdateStarted] = models.PricesUpdated
        if received.status == _STARTED:
            model = models.PriceUpdateStarted
        return self._answer(received, model)

    def portfolios(self, query: Query) -> Answer[models.PortfoliosPage]:
        return self._get(models.PortfoliosPage, "/portfolios", query)

    def portfolio_named(self, name: str) -> models.PortfolioListed | None:
        """Look through all pages, of archived ones too, for the portfolio of this name."""
        query: Query = {"status": "all", "limit": _LARGEST_PAGE}
        page = self.portfolios(query).content
        wanted = unicodedata.normalize("NFKC", name).casefold()
        while True:
            for portfolio in page.portfolios:
                if unicodedata.normalize("NFKC", portfolio.name).casefold() == wanted:
                    return portfolio
            if page.next is None:
                return None
            page = self._get(models.PortfoliosPage, page.next).content

    def portfolio(self, portfolio_id: int) -> Answer[models.PortfolioAnswer]:
        return self._get(models.PortfolioAnswer, f"/portfolios/{portfolio_id}")

    def create(self, new: Fields) -> Answer[models.PortfolioCreated]:
        return self._post(models.PortfolioCreated, "/portfolios/create", new)

    def edit(
        self, portfolio_id: int, changes: Fields, version: int | None
    ) -> Answer[models.PortfolioUpdated]:
        """Change what is named (RFC 7396); of a configuration in this version, if one is given."""
        headers = {"content-type": "application/merge-patch+json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        received = self._sent("PATCH", f"/portfolios/{portfolio_id}", changes, headers)
        return self._answer(received, models.PortfolioUpdated)

    def pause(self, portfolio_id: int, reason: str) -> Answer[models.PortfolioUpdated]:
        path = f"/portfolios/{portfolio_id}/pause"
        return self._post(models.PortfolioUpdated, path, {"reason": reason})

    def reactivate(self, portfolio_id: int, request: Fields) -> Answer[models.PortfolioUpdated]:
        path = f"/portfolios/{portfolio_id}/reactivate"
        return self._post(models.PortfolioUpdated, path, request)

    def archive(self, portfolio_id: int, request: Fields) -> Answer[models.PortfolioUpdated]:
        return self._post(models.PortfolioUpdated, f"/portfolios/{portfolio_id}/archive", request)

    def clone(self, portfolio_id: int, request: Fields) -> Answer[models.TwinCreated]:
        return self._post(models.TwinCreated, f"/portfolios/{portfolio_id}/clone", request)

    def delete(
        self, portfolio_id: int, name: str, *, purge: bool
    ) -> Answer[models.PortfolioDeleted]:
        query = {"confirm": name, "purge": "true" if purge else None}
        path = _with(f"/portfolios/{portfolio_id}", query)
        return self._change(models.PortfolioDeleted, "DELETE", path)

    def configurations(self, portfolio_id: int) -> Answer[models.ConfigurationsAnswer]:
        path = f"/portfolios/{portfolio_id}/configurations"
        return self._get(models.ConfigurationsAnswer, path, {"limit": 2})

    def compare_configurations(
        self, portfolio_id: int, first: int, second: int
    ) -> Answer[models.ConfigurationsCompared]:
        path = f"/portfolios/{portfolio_id}/configurations/compare"
        return self._get(models.ConfigurationsCompared, path, {"from": first, "to": second})

    def run(
        self, portfolio_id: int | None, query: Query
    ) -> Answer[models.AllPortfoliosAnswer | models.PortfolioCycleAnswer | models.CycleStarted]:
        """Run a cycle of one portfolio, or of all active ones."""
        path = "/trading/run-all-portfolios"
        model: type[models.AllPortfoliosAnswer | models.PortfolioCycleAnswer | models.CycleStarted]
        model = models.AllPortfoliosAnswer
        if portfolio_id is not None:
            path, model = "/trading/run-portfolio-cycle", models.PortfolioCycleAnswer
        received = self._sent("POST", _with(path, {"portfolio_id": portfolio_id, **query}))
        if received.status == _STARTED:
            model = models.CycleStarted
        return self._answer(received, model)

    def cycle(self, cycle_id: int) -> Answer[models.CycleAnswer]:
        return self._get(models.CycleAnswer, f"/trading/cycles/{cycle_id}")

    def cycles(self, query: Query) -> Answer[models.CyclesAnswer]:
        return self._get(models.CyclesAnswer, "/trading/cycles", query)

    def positions(self, portfolio_id: int, query: Query) -> Answer[models.PositionsAnswer]:
        return self._get(models.PositionsAnswer, f"/portfolios/{portfolio_id}/positions", query)

    def trades(self, portfolio_id: int, query: Query) -> Answer[models.TradesAnswer]:
        return self._get(models.TradesAnswer, f"/portfolios/{portfolio_id}/trades", query)

    def exits(self, portfolio_id: int, query: Query) -> Answer[models.ExitsAnswer]:
        return self._get(models.ExitsAnswer, f"/portfolios/{portfolio_id}/exits", query)

    def signals(self, portfolio_id: int, query: Query) -> Answer[models.SignalsAnswer]:
        return self._get(models.SignalsAnswer, f"/portfolios/{portfolio_id}/signals", query)

    def explanation(self, portfolio_id: int, market_id: str) -> Answer[models.ExplanationAnswer]:
        """Why the portfolio did, or did not, trade the market in its last cycle."""
        path = f"/portfolios/{portfolio_id}/explain"
        return self._get(models.ExplanationAnswer, path, {"market_id": market_id})

    def exposure(self, market_id: str, query: Query) -> Answer[models.ExposureAnswer]:
        path = f"/markets/{quote(market_id, safe='')}/exposure"
        return self._get(models.ExposureAnswer, path, query)

    def csv(self, portfolio_id: int, what: str, query: Query) -> Iterator[bytes]:
        """The pages of one of a portfolio's lists as CSV, each with its head."""
        path: str | None = _with(f"/portfolios/{portfolio_id}/{quote(what, safe='')}", query)
        while path is not None:
            received = self._sent("GET", path, more={"accept": "text/csv"})
            yield received.content
            link = _NEXT.search(received.headers.get("link", ""))
            path = link[1] if link else None

    def performance(self, portfolio_id: int) -> Answer[models.PerformanceAnswer]:
        return self._get(models.PerformanceAnswer, f"/portfolios/{portfolio_id}/performance")

    def scorecard(self, portfolio_id: int) -> Answer[models.ScorecardAnswer]:
        return self._get(models.ScorecardAnswer, f"/portfolios/{portfolio_id}/scorecard")

    def compare(self, portfolio_ids: list[int]) -> Answer[models.ComparisonAnswer]:
        query = {"ids": ",".join(map(str, portfolio_ids))}
        return self._get(models.ComparisonAnswer, "/portfolios/compare", query)

    def transfer(self, request: Fields) -> Answer[models.CashMoved]:
        return self._post(models.CashMoved, "/portfolios/transfer", request)

    def pause_all(self, reason: str) -> Answer[models.PausedAll]:
        return self._post(models.PausedAll, "/portfolios/pause-all", {"reason": reason})

    def reactivate_all(self, request: Fields) -> Answer[models.ReactivatedAll]:
        return self._post(models.ReactivatedAll, "/portfolios/reactivate-all", request)

    def reconcile(self) -> Answer[models.Reconciliation]:
        return self._change(models.Reconciliation, "POST", "/reconcile")

    def _health(self, received: Received, model: type[T]) -> Answer[T]:
        """Read a health, whose body is the same where it is not well."""
        if received.status != _LATE:
            self._check(received)
        return self._answer(received, model)

    def _get(self, model: type[T], path: str, query: Query | None = None) -> Answer[T]:
        return self._answer(self._sent("GET", _with(path, query or {})), model)

    def _post(self, model: type[T], path: str, request: Fields) -> Answer[T]:
        return self._change(model, "POST", path, request)

    def _change(
        self, model: type[T], method: str, path: str, request: Fields | None = None
    ) -> Answer[T]:
        return self._answer(self._sent(method, path, request), model)

    def _sent(
        self, method: str, path: str, request: Fields | None = None, more: Headers | None = None
    ) -> Received:
        headers = _headers(self.bearer())
        body = None if request is None else msgspec.json.encode(request)
        if body is not None:
            headers["content-type"] = "application/json"
        if method in ("POST", "PATCH"):
            headers["idempotency-key"] = self._key
            self._has_asked_for_a_change = True
        headers.update(more or {})
        try:
            received = self._transport.send(method, path, headers=headers, body=body)
        except NoAnswer as error:
            raise self._unclear(str(error)) from None
        self._check(received)
        return received

    def _check(self, received: Received) -> None:
        """Raise Refused for an error of the API, NoAnswer for what is no answer of it."""
        is_csv = received.kind == "text/csv" and received.status < _FIRST_ERROR
        if not (received.is_json or is_csv) or received.status in _REDIRECTIONS:
            kind = received.kind or "something without a type"
            raise self._unclear(
                f"{self._address} answers {received.status} and {kind}: that is not the API"
            )
        if received.status >= _FIRST_ERROR:
            refusal = _refusal(received)
            if refusal is None:
                said = f"{received.status} without saying why"
                raise self._unclear(f"{self._address} answers {said}: that is not the API")
            raise refusal

    def _answer(self, received: Received, model: type[T]) -> Answer[T]:
        try:
            return Answer(received.content, msgspec.json.decode(received.content, type=model))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unclear(
                f"{self._address} answers otherwise than this version's API ({error}): "
                "is it the API, and are both of one version?"
            ) from None

    def _unclear(self, told: str) -> NoAnswer:
        """The error for what is no answer, with the way to be sure of a change."""
        if self._has_asked_for_a_change:
            told = f"{told} (it may have been done; with --key {self._key} it is done once)"
        return NoAnswer(told)


def _refusal(received: Received) -> Refused | None:
    try:
        body: Any = msgspec.json.decode(received.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return None
    code = body.get("code")
    details = [
        f"{detail['field']}: {detail['rule']}"
        for detail in body.get("details") or []
        if isinstance(detail, dict) and {"field", "rule"} <= detail.keys()
    ]
    message = body["message"]
    if received.status == _UNAUTHENTICATED:
        message += " (prescient login keeps a token; make serve has one for its own folder)"
    if seconds := received.headers.get("retry-after"):
        message += f" (try again in {seconds} s)"
    return Refused(code if isinstance(code, str) else f"http_{received.status}", message, details)


def _headers(token: str | None) -> dict[str, str]:
    headers = {"accept": "application/json", "user-agent": "prescient-cli"}
    return {**headers, "authorization": f"Bearer {token}"} if token else headers


def _with(path: str, query: Query) -> str:
    named = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(named, quote_via=quote)}" if named else path
