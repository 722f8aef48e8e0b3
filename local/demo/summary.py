"""The last screen of a run: the ranking, the best and worst trades, and what to try next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.console import plain_table
from local.demo.results import Purchase, TradeCounts
from prescient.core.money import plain
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.portfolios import PortfolioRow

SHOWN = 2
_NO_TRADES = TradeCounts(PortfolioId(0), 0, 0, 0, 0)
_ENDINGS = {
    "settlement": "settled",
    "stop_loss": "stopped out",
    "take_profit": "took profit",
    "sell": "sold",
    "manual": "closed by hand",
    "write_off": "written off",
}
_RANDOM = "random"


def summary(
    portfolios: Sequence[PortfolioRow],
    counts: Mapping[PortfolioId, TradeCounts],
    extremes: Sequence[Purchase],
    comparison: Sequence[RenderableType] = (),
) -> Iterator[RenderableType]:
    """Yield the screen from top to bottom; `comparison` comes below the ranking."""
    ranked = sorted(portfolios, key=lambda portfolio: -_return(portfolio))
    yield ""
    yield _standings(ranked, counts)
    yield from _purchases("Best trades", [found for found in extremes if found.pnl > 0])
    yield from _purchases("Worst trades", [found for found in reversed(extremes) if found.pnl < 0])
    if ranked:
        yield Text(f"{lesson(ranked, has_traded=bool(counts))}\n")
    yield from comparison
    yield _commands(extremes)


def lesson(ranked: Sequence[PortfolioRow], *, has_traded: bool = True) -> str:
    """Say in one sentence what the order of the portfolios shows; the best one comes first."""
    if not has_traded:
        return "No portfolio has traded, so that there is nothing to compare yet."
    drawn = [portfolio for portfolio in ranked if portfolio.strategy_type == _RANDOM]
    others = [portfolio for portfolio in ranked if portfolio.strategy_type != _RANDOM]
    if not drawn or not others:
        return (
            f"{ranked[0].name} did best; beside no portfolio of the strategy random, which buys by "
            "lot, nothing shows whether that was luck."
        )
    better = sum(_return(portfolio) > _return(drawn[0]) for portfolio in others)
    return (
        f"{better} of the other {len(others)} did better than {drawn[0].name}, which buys by lot: "
        "within weeks that may be luck, but a strategy that never does better has no edge."
    )


def _return(portfolio: PortfolioRow) -> float:
    """Return the P&L as a fraction of the initial balance."""
    return float(portfolio.total_profit_loss / portfolio.initial_balance)


def _standings(ranked: Sequence[PortfolioRow], counts: Mapping[PortfolioId, TradeCounts]) -> Table:
    table = plain_table("Portfolios, best first; a trade is one purchase")
    table.add_column("", overflow="fold")
    for heading in ("return", "drawdown", "trades", "open", "won", "lost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for portfolio in ranked:
        found = counts.get(portfolio.portfolio_id, _NO_TRADES)
        numbers = (found.trades, found.open, found.won, found.lost)
        table.add_row(
            Text(portfolio.name),
            f"{_return(portfolio):+.2%}",
            f"${portfolio.max_drawdown:,.2f}",
            *(f"{number:,}" for number in numbers),
        )
    return table


def _purchases(title: str, purchases: Sequence[Purchase]) -> Iterator[RenderableType]:
    if not purchases:
        return
    table = _list(title)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for purchase in purchases:
        story = f"{purchase.portfolio} bought {_bought(purchase)}, {_ending(purchase)}"
        text = Text("\n".join((story, purchase.market, f"Why: {purchase.reason}")))
        table.add_row(f"{purchase.pnl:+,.2f}", text)
    yield table
    yield ""


def _bought(purchase: Purchase) -> str:
    if purchase.legs > 1:
        return f"{purchase.legs} legs"
    return f"{purchase.action.removeprefix('buy_').upper()} at {plain(purchase.entry_price)}"


def _ending(purchase: Purchase) -> str:
    if purchase.exit_kind is None:
        words, price = "still open", purchase.mark
    else:
        words, price = _ENDINGS[purchase.exit_kind], purchase.exit_price
    return words if price is None or purchase.legs > 1 else f"{words} at {plain(price)}"


def _commands(extremes: Sequence[Purchase]) -> Table:
    table = _list("To try next")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("make serve", "the API; time goes on")
    for purchase in sorted(extremes, key=lambda purchase: purchase.exit_kind is not None)[:1]:
        asked = f"{purchase.portfolio_id} {purchase.market_id}"
        table.add_row(f".venv/bin/prescient why {asked}", "why, while that serves")
    table.add_row("make run DAYS=60", "long enough to compare")
    return table


def _list(title: str) -> Table:
    table = plain_table(title)
    table.box, table.show_header, table.padding = None, False, (0, 1, 0, 1)
    return table
