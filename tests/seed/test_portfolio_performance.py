import pytest
import time
import requests

from tests.seed.address import BASE_URL


def test_100_portfolio_price_update_performance():
    """Test that price updates can handle 100 portfolios within reasonable time"""

    # Create 100 portfolios (or use existing)
    portfolio_count = 100

    # Trigger price update
    start_time = time.time()
    response = requests.get(f"{BASE_URL}/paper-trading/update-prices")
    elapsed = time.time() - start_time

    # Should complete within 30 seconds for 100 portfolios
    assert elapsed < 30.0
    assert response.status_code == 200


def test_concurrent_portfolio_cycles():
    """Test running multiple portfolio cycles concurrently"""

    import concurrent.futures

    portfolio_ids = [1, 2, 3, 4, 5]

    def run_cycle(portfolio_id):
        response = requests.get(
            f"{BASE_URL}/trading/run-portfolio-cycle?portfolio_id={portfolio_id}"
        )
        return response.status_code == 200

    start_time = time.time()
    with concurrent.futures.ThreadPoolExecutor(max_workers=5) as executor:
        results = list(executor.map(run_cycle, portfolio_ids))
    elapsed = time.time() - start_time

    # All should succeed
    assert all(results)

    # Should not take more than 2x single cycle time
    assert elapsed < 120.0  # Assuming single cycle takes ~60s
