"""Portfolios, their configurations, and what a change did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..formats import NOTHING, moment, money, plain, profit, setting, status
from ..tables import Cell, Facts, Part, Table, Text, number, prose, text, word
from .record import held

if TYPE_CHECKING:
    from .. import models

OF_THE_PORTFOLIO = (
    "strategy_type",
    "max_position_size",
    "max_total_exposure",
    "max_positions",
    "drawdown_limit",
    "drawdown_limit_percent",
)
"""What is set beside the keys of its strategy."""
_LIST = (
    number("id"),
    text("name"),
    word("strategy", is_optional=True),
    word("status"),
    number("equity"),
    number("P&L"),
    number("today", is_optional=True),
    number("open", is_optional=True),
    number("cash", is_optional=True),
    number("drawdown", is_optional=True),
    number("trades", is_optional=True),
    text("tags", is_optional=True),
)
_DIFFERENCES = (text("key"), prose("before"), prose("after"))


def listed(answer: models.PortfoliosPage) -> Iterator[Part]:
    """Portfolios, a row each."""
    rows = [_listed(portfolio) for portfolio in answer.portfolios]
    yield Table(_LIST, rows, empty="No portfolio: prescient portfolio create --help")


def _listed(portfolio: models.PortfolioListed) -> Sequence[Cell]:
    return (
        plain(portfolio.portfolio_id),
        plain(portfolio.name),
        plain(portfolio.strategy_type),
        status(portfolio.status),
        money(portfolio.total_value),
        profit(portfolio.total_profit_loss),
        profit(portfolio.day_pnl),
        plain(portfolio.open_positions),
        money(portfolio.current_balance),
        Cell(f"{portfolio.drawdown.percent:.2f}%"),
        plain(portfolio.trade_count),
        plain(", ".join(portfolio.tags)),
    )


def shown(answer: models.PortfolioAnswer) -> Iterator[Part]:
    """One portfolio: its money, its limits, its configuration, and what it holds."""
    portfolio = answer.portfolio
    yield Facts(_about(portfolio), title=f"{portfolio.portfolio_id}  {portfolio.name}")
    yield Facts(_limits(portfolio), title="Limits")
    yield configuration(portfolio)
    yield held(portfolio.positions, title="Open positions")


def _about(portfolio: models.Portfolio) -> list[tuple[str, Cell]]:
    facts = [
        ("status", status(portfolio.status)),
        ("strategy", plain(portfolio.strategy_type)),
        ("equity", money(portfolio.total_value)),
        ("cash", money(portfolio.current_balance)),
        ("invested", money(portfolio.total_invested)),
        ("P&L", profit(portfolio.total_profit_loss)),
        ("  realized", profit(portfolio.realized_pnl)),
        ("  unrealized", profit(portfolio.unrealized_pnl)),
        ("  today", profit(portfolio.day_pnl)),
        ("paid in since", money(portfolio.net_flows)),
        ("trades", plain(portfolio.trade_count)),
        ("drawdown", Cell(f"{portfolio.drawdown.percent:.2f}%")),
        ("prices as of", moment(portfolio.last_price_update)),
    ]
    told = (
        ("reason", portfolio.status_reason),
        ("about", portfolio.description or None),
        ("tags", ", ".join(portfolio.tags) or None),
        ("twin of", portfolio.twin_of),
        ("not valued", portfolio.valuation_error),
    )
    return [*facts, *((name, plain(value)) for name, value in told if value is not None)]


def _limits(portfolio: models.Portfolio) -> list[tuple[str, Cell]]:
    percent = portfolio.drawdown_limit_percent
    return [
        ("a position", money(portfolio.max_position_size)),
        ("all positions", money(portfolio.max_total_exposure)),
        ("positions", plain(portfolio.max_positions)),
        *_event_room(portfolio.event_room),
        ("drawdown", money(portfolio.drawdown_limit)),
        ("drawdown in percent", NOTHING if percent is None else Cell(f"{percent}%")),
    ]


def _event_room(room: models.EventRoom | None) -> list[tuple[str, Cell]]:
    if room is None:
        return []
    event = room.event_title or room.event_id
    left = money(room.left).text
    return [("left in an event", Cell(f"{left} ({event})" if event else left))]


def configuration(portfolio: models.Portfolio) -> Part:
    """The keys that its configuration names; the others follow the strategy's defaults."""
    named = portfolio.strategy_config
    title = f"Configuration, version {portfolio.config_version}"
    if not named:
        return Text(f"{title}: the defaults of {portfolio.strategy_type}")
    return Facts([(key, plain(setting(value))) for key, value in named.items()], title=title)


def changed(answer: models.PortfolioUpdated) -> Iterator[Part]:
    """What a change came to, and each position that an archiving sold or left."""
    portfolio = answer.portfolio
    state = f"{portfolio.portfolio_id}  {portfolio.name}: {portfolio.status}"
    yield Text(f"{state}, configuration version {portfolio.config_version}")
    if answer.liquidation is not None:
        yield from _liquidated(answer.liquidation)


def _liquidated(liquidation: models.LiquidationResult) -> Iterator[Part]:
    sold = (number("position"), number("shares"), number("proceeds"), number("P&L"))
    rows = [
        (
            plain(sale.position_id),
            plain(sale.shares),
            money(sale.proceeds),
            profit(sale.realized_pnl),
        )
        for sale in liquidation.sold
    ]
    yield Table(sold, rows, title="Sold", empty="Nothing was open.")
    if liquidation.left:
        left = (number("position"), number("shares"), prose("why"))
        kept = [
            (plain(rest.position_id), plain(rest.shares), plain(rest.obstacle))
            for rest in liquidation.left
        ]
        yield Table(left, kept, title="Still held")


def created(answer: models.PortfolioCreated) -> Iterator[Part]:
    yield Text(f"{answer.message}: id {answer.portfolio_id}")


def twin(answer: models.TwinCreated) -> Iterator[Part]:
    key = f", which differs in {answer.twin_key}" if answer.twin_key else ""
    yield Text(f"Portfolio {answer.portfolio_id} is a twin of {answer.twin_of}{key}")


def deleted(answer: models.PortfolioDeleted) -> Iterator[Part]:
    yield Text(answer.message)


def versions(answer: models.ConfigurationsCompared) -> Iterator[Part]:
    """What two versions of one configuration differ in."""
    title = f"Version {answer.from_version} and version {answer.to_version}"
    rows = _differing(answer.differences)
    yield Table(_DIFFERENCES, rows, title=title, empty="They are the same.")


def differences(first: models.Portfolio, second: models.Portfolio) -> Iterator[Part]:
    """What the strategies, limits and configurations of two portfolios differ in."""
    columns = (text("key"), text(first.name), text(second.name))
    rows = _differing(between(first, second))
    yield Table(columns, rows, empty="They differ in nothing but their names.")


def between(
    first: models.Portfolio, second: models.Portfolio
) -> list[models.ConfigurationDifference]:
    """The keys in which two portfolios differ, as the API tells those of two versions."""
    from .. import models

    before, after = _settings(first), _settings(second)
    return [
        models.ConfigurationDifference(
            key=key,
            before=before.get(key),
            after=after.get(key),
            is_named_before=key in before,
            is_named_after=key in after,
        )
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]


def _differing(differences: Iterable[models.ConfigurationDifference]) -> list[tuple[Cell, ...]]:
    return [
        (
            plain(difference.key),
            _value(difference.before, is_named=difference.is_named_before),
            _value(difference.after, is_named=difference.is_named_after),
        )
        for difference in differences
    ]


def _settings(portfolio: models.Portfolio) -> dict[str, Any]:
    own = {name: getattr(portfolio, name) for name in OF_THE_PORTFOLIO}
    named = {key: value for key, value in own.items() if value is not None}
    return {**named, **portfolio.strategy_config}


def _value(value: Any, *, is_named: bool) -> Cell:
    return plain(setting(value)) if is_named else Cell("default", "faint")
