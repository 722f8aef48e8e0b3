"""Whether Polymarket answers, asked before anything is done for EXCHANGE=live."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from local.heartbeat import Heartbeat
from prescient.core.errors import ExchangeUnavailable, InvalidRequest
from prescient.polymarket.client import PolymarketClient
from prescient.polymarket.transport import FetchLimits
from prescient.runtime.settings import Settings

GAMMA_URL: str = Settings.model_fields["gamma_url"].default
CLOB_URL: str = Settings.model_fields["clob_url"].default
FETCH_SECONDS = 15
_A_FEW = Decimal(10_000_000)  # dollars of liquidity, which few events have


def check_reachable(exchange: str) -> None:
    """Ask Gamma and the CLOB for EXCHANGE=live. Raises `InvalidRequest` without an answer."""
    if exchange != "live":
        return
    client = PolymarketClient(
        GAMMA_URL,
        CLOB_URL,
        now=lambda: datetime.now(UTC),
        limits=FetchLimits(fetch_seconds=FETCH_SECONDS),
    )
    try:
        with Heartbeat("Asking Polymarket"):
            client.time()
            next(client.event_pages(liquidity_min=_A_FEW))
    except ExchangeUnavailable as error:
        raise InvalidRequest(
            f"EXCHANGE=live: Polymarket does not answer ({error}). Without a network, "
            "EXCHANGE=simulated and recorded:DIR work."
        ) from None
    finally:
        client.close()
