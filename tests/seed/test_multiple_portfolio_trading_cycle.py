import pytest
import requests

from tests.seed.address import BASE_URL


def test_full_cycle_multiple_portfolios():
    """Test complete trading cycle with multiple portfolios"""

    # Step 1: Create test portfolios
    portfolio_ids = []
    for i, strategy in enumerate(['momentum', 'mean_reversion']):
        response = requests.post(f"{BASE_URL}/portfolios/create", json={
            'name': f'Test {strategy.title()} Portfolio',
            'strategy_type': strategy,
            'initial_balance': 10000.00,
            'strategy_config': {
                'min_confidence': 0.70 + (i * 0.05)
            }
        })
        assert response.status_code == 200
        portfolio_ids.append(response.json()['portfolio_id'])

    # Step 2: Run trading cycle for all portfolios
    response = requests.get(f"{BASE_URL}/trading/run-all-portfolios")
    assert response.status_code == 200
    result = response.json()

    # Verify both portfolios were processed
    assert result['summary']['portfolios_processed'] == 2

    # Step 3: Check each portfolio independently
    for portfolio_id in portfolio_ids:
        response = requests.get(
            f"{BASE_URL}/paper-trading/portfolio?portfolio_id={portfolio_id}"
        )
        assert response.status_code == 200
        portfolio = response.json()['portfolio']

        # Verify portfolio data is independent
        assert portfolio['portfolio_id'] == portfolio_id


def test_portfolio_isolation_during_execution():
    """Test that portfolios don't interfere with each other during execution"""

    # Create two portfolios with different balances
    portfolio1 = requests.post(f"{BASE_URL}/portfolios/create", json={
        'name': 'High Balance Portfolio',
        'strategy_type': 'momentum',
        'initial_balance': 100000.00
    }).json()

    portfolio2 = requests.post(f"{BASE_URL}/portfolios/create", json={
        'name': 'Low Balance Portfolio',
        'strategy_type': 'momentum',
        'initial_balance': 1000.00
    }).json()

    # Run cycle for both
    response = requests.get(f"{BASE_URL}/trading/run-all-portfolios")
    assert response.status_code == 200

    # Check that low balance portfolio didn't use high balance portfolio's money
    portfolio2_state = requests.get(
        f"{BASE_URL}/paper-trading/portfolio?portfolio_id={portfolio2['portfolio_id']}"
    ).json()

    # Balance should still be around 1000 (minus any small trades)
    assert portfolio2_state['portfolio']['current_balance'] < 1100
