"""The plan's tests are its own: nothing is changed but addresses and what writes rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

ADDRESSES = ("tests.seed", "BASE_URL}/paper-trading", "BASE_URL}/trading/run-portfolio-cycle")
SEED = Path(__file__).resolve().parents[1] / "seed"
DIGESTS = {
    "test_portfolio_operations.py": (
        "ddbe9451ee1c221d5ad289062059c054b417d0ab7a42fbe26ac3d17d2867c432"
    ),
    "test_multiple_portfolio_trading_cycle.py": (
        "4565bbebb4545c71c9c32e803335463915fb565b25e89fb782532c41c227c942"
    ),
    "test_portfolio_performance.py": (
        "1902b0ca16f770a7442bea249484da8de67baec880ad927c147f85265b2f66ef"
    ),
}


@pytest.mark.parametrize(("name", "digest"), DIGESTS.items())
def test_no_other_line_differs_from_the_plan(name: str, digest: str) -> None:
    lines = (SEED / name).read_text("utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not any(word in line for word in ADDRESSES)]
    assert hashlib.sha256("\n".join(kept).encode()).hexdigest() == digest
