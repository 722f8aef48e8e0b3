"""The API's operations, with the models of its own document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from . import models
from .caller import STARTED, Answer, Caller, Fields, Query, with_query

_LARGEST_PAGE = 1_000
_NEXT = re.compile(r'<(/[^>]*)>;\s*rel="?next"?')


class Client(Caller):
    """Asks the API at one address; every method raises Refused or Unreachable."""

    def health(self) -> Answer[models.Health]:
        """Ask without a token, as anyone may."""
        return self.get_health(models.Health, "/health", None)

    def health_details(self) -> Answer[models.HealthDetails]:
        return self.get_health(models.HealthDetails, "/health/details", self.bearer())

    def update_prices(self) -> Answer[models.PricesUpdated | models.PriceUpdateStarted]:
        """Start a price update, and wait for it as long as the API does."""
        received = self.send("POST", "/paper-trading/update-prices")
        model: type[models.PricesUpdated | models.PriceUpdateStarted] = models.PricesUpdated
        if received.status == STARTED:
            model = models.PriceUpdateStarted
        return self.read(received, model)

    def portfolios(self, query: Query) -> Answer[models.PortfoliosPage]:
        return self.get(models.PortfoliosPage, "/portfolios", query)

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
            page = self.get(models.PortfoliosPage, page.next).content

    def portfolio(self, portfolio_id: int) -> Answer[models.PortfolioAnswer]:
        return self.get(models.PortfolioAnswer, f"/portfolios/{portfolio_id}")

    def create(self, new: Fields) -> Answer[models.PortfolioCreated]:
        return self.post(models.PortfolioCreated, "/portfolios/create", new)

    def edit(
        self, portfolio_id: int, changes: Fields, version: int | None
    ) -> Answer[models.PortfolioUpdated]:
        """Change what is named (RFC 7396); of a configuration in this version, if one is given."""
        headers = {"content-type": "application/merge-patch+json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        received = self.send("PATCH", f"/portfolios/{portfolio_id}", changes, headers)
        return self.read(received, models.PortfolioUpdated)

    def pause(self, portfolio_id: int, reason: str) -> Answer[models.PortfolioUpdated]:
        path = f"/portfolios/{portfolio_id}/pause"
        return self.post(models.PortfolioUpdated, path, {"reason": reason})

    def reactivate(self, portfolio_id: int, request: Fields) -> Answer[models.PortfolioUpdated]:
        path = f"/portfolios/{portfolio_id}/reactivate"
        return self.post(models.PortfolioUpdated, path, request)

    def archive(self, portfolio_id: int, request: Fields) -> Answer[models.PortfolioUpdated]:
        return self.post(models.PortfolioUpdated, f"/portfolios/{portfolio_id}/archive", request)

    def clone(self, portfolio_id: int, request: Fields) -> Answer[models.TwinCreated]:
        return self.post(models.TwinCreated, f"/portfolios/{portfolio_id}/clone", request)

    def delete(
        self, portfolio_id: int, name: str, *, purge: bool
    ) -> Answer[models.PortfolioDeleted]:
        query = {"confirm": name, "purge": "true" if purge else None}
        path = with_query(f"/portfolios/{portfolio_id}", query)
        return self.change(models.PortfolioDeleted, "DELETE", path)

    def configurations(self, portfolio_id: int) -> Answer[models.ConfigurationsAnswer]:
        path = f"/portfolios/{portfolio_id}/configurations"
        return self.get(models.ConfigurationsAnswer, path, {"limit": 2})

    def compare_configurations(
        self, portfolio_id: int, first: int, second: int
    ) -> Answer[models.ConfigurationsCompared]:
        path = f"/portfolios/{portfolio_id}/configurations/compare"
        return self.get(models.ConfigurationsCompared, path, {"from": first, "to": second})

    def run(
        self, portfolio_id: int | None, query: Query
    ) -> Answer[models.AllPortfoliosAnswer | models.PortfolioCycleAnswer | models.CycleStarted]:
        """Run a cycle of one portfolio, or of all active ones."""
        path = "/trading/run-all-portfolios"
        model: type[models.AllPortfoliosAnswer | models.PortfolioCycleAnswer | models.CycleStarted]
        model = models.AllPortfoliosAnswer
        if portfolio_id is not None:
            path, model = "/trading/run-portfolio-cycle", models.PortfolioCycleAnswer
        received = self.send("POST", with_query(path, {"portfolio_id": portfolio_id, **query}))
        if received.status == STARTED:
            model = models.CycleStarted
        return self.read(received, model)

    def cycle(self, cycle_id: int) -> Answer[models.CycleAnswer]:
        return self.get(models.CycleAnswer, f"/trading/cycles/{cycle_id}")

    def cycles(self, query: Query) -> Answer[models.CyclesAnswer]:
        return self.get(models.CyclesAnswer, "/trading/cycles", query)

    def positions(self, portfolio_id: int, query: Query) -> Answer[models.PositionsAnswer]:
        return self.get(models.PositionsAnswer, f"/portfolios/{portfolio_id}/positions", query)

    def trades(self, portfolio_id: int, query: Query) -> Answer[models.TradesAnswer]:
        return self.get(models.TradesAnswer, f"/portfolios/{portfolio_id}/trades", query)

    def exits(self, portfolio_id: int, query: Query) -> Answer[models.ExitsAnswer]:
        return self.get(models.ExitsAnswer, f"/portfolios/{portfolio_id}/exits", query)

    def signals(self, portfolio_id: int, query: Query) -> Answer[models.SignalsAnswer]:
        return self.get(models.SignalsAnswer, f"/portfolios/{portfolio_id}/signals", query)

    def explanation(self, portfolio_id: int, market_id: str) -> Answer[models.ExplanationAnswer]:
        """Why the portfolio did, or did not, trade the market in its last cycle."""
        path = f"/portfolios/{portfolio_id}/explain"
        return self.get(models.ExplanationAnswer, path, {"market_id": market_id})

    def exposure(self, market_id: str, query: Query) -> Answer[models.ExposureAnswer]:
        path = f"/markets/{quote(market_id, safe='')}/exposure"
        return self.get(models.ExposureAnswer, path, query)

    def csv(self, portfolio_id: int, what: str, query: Query) -> Iterator[bytes]:
        """The pages of one of a portfolio's lists as CSV, each with its head."""
        path: str | None = with_query(f"/portfolios/{portfolio_id}/{quote(what, safe='')}", query)
        while path is not None:
            received = self.send("GET", path, more={"accept": "text/csv"})
            yield received.content
            link = _NEXT.search(received.headers.get("link", ""))
            path = link[1] if link else None

    def performance(self, portfolio_id: int) -> Answer[models.PerformanceAnswer]:
        return self.get(models.PerformanceAnswer, f"/portfolios/{portfolio_id}/performance")

    def scorecard(self, portfolio_id: int) -> Answer[models.ScorecardAnswer]:
        return self.get(models.ScorecardAnswer, f"/portfolios/{portfolio_id}/scorecard")

    def compare(self, portfolio_ids: list[int]) -> Answer[models.ComparisonAnswer]:
        query = {"ids": ",".join(map(str, portfolio_ids))}
        return self.get(models.ComparisonAnswer, "/portfolios/compare", query)

    def transfer(self, request: Fields) -> Answer[models.CashMoved]:
        return self.post(models.CashMoved, "/portfolios/transfer", request)

    def pause_all(self, reason: str) -> Answer[models.PausedAll]:
        return self.post(models.PausedAll, "/portfolios/pause-all", {"reason": reason})

    def reactivate_all(self, request: Fields) -> Answer[models.ReactivatedAll]:
        return self.post(models.ReactivatedAll, "/portfolios/reactivate-all", request)

    def reconcile(self) -> Answer[models.Reconciliation]:
        return self.change(models.Reconciliation, "POST", "/reconcile")
