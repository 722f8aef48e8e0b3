"""empyrical-reloaded and ffn, which compute the same metrics; and where we differ on purpose.

| metric | oracle | difference |
|---|---|---|
| annual return, Calmar | ffn | it counts 365.25 days a year, we 365 |
| Sharpe, Sortino | empyrical | without a deviation it answers infinity or NaN, we null |
| Sharpe, Sortino | ffn | without a deviation it answers NaN, of two equal returns on |
| all | empyrical | it annualises one day as readily as a year, we null under 30 days |
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from decimal import Decimal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that these import
    import empyrical
    import ffn
    import pandas as pd

YEAR = 365
RISK_FREE_YEAR = 0.04
RISK_FREE_DAY = (1 + RISK_FREE_YEAR) ** (1 / YEAR) - 1


class Oracle:
    """What both libraries say of one walk; its first return is on the first of January."""

    def __init__(self, equity: Sequence[Decimal]) -> None:
        days = pd.date_range("2025-12-31", periods=len(equity), freq="D")
        self.prices = pd.Series([float(dollars) for dollars in equity], index=days)
        self.returns = self.prices.pct_change().iloc[1:]

    def empyrical(self) -> dict[str, float]:
        returns = self.returns
        return {
            "return_all_time": float(empyrical.cum_returns_final(returns)),
            "return_1d": float(returns.iloc[-1]),
            "return_7d": float(empyrical.cum_returns_final(returns.iloc[-7:])),
            "return_30d": float(empyrical.cum_returns_final(returns.iloc[-30:])),
            "annual_return": float(empyrical.annual_return(returns, annualization=YEAR)),
            "volatility": float(empyrical.annual_volatility(returns, annualization=YEAR)),
            "sharpe_ratio": float(
                empyrical.sharpe_ratio(returns, RISK_FREE_DAY, annualization=YEAR)
            ),
            "sortino_ratio": float(
                empyrical.sortino_ratio(returns, RISK_FREE_DAY, annualization=YEAR)
            ),
            "max_drawdown": -float(empyrical.max_drawdown(returns)),
            "calmar_ratio": float(empyrical.calmar_ratio(returns, annualization=YEAR)),
        }

    def ffn(self) -> dict[str, float]:
        falls = ffn.to_drawdown_series(self.prices)
        return {
            "return_all_time": float(ffn.calc_total_return(self.prices)),
            "volatility": float(self.returns.std(ddof=1) * YEAR**0.5),
            "sharpe_ratio": float(ffn.calc_sharpe(self.returns, RISK_FREE_YEAR, YEAR)),
            "sortino_ratio": float(ffn.calc_sortino_ratio(self.returns, RISK_FREE_YEAR, YEAR)),
            "max_drawdown": -float(ffn.calc_max_drawdown(self.prices)),
            "present_drawdown": -float(falls.iloc[-1]),
        }

    def months(self) -> list[float]:
        return list(map(float, empyrical.aggregate_returns(self.returns, "monthly")))


Answers = Callable[[Oracle], dict[str, float]]
