import pytest
from tests.seed.operations import (
    create_portfolio,
    get_portfolio_state,
    get_all_portfolios,
    update_portfolio,
    add_portfolio_position,
    get_portfolio_positions,
    insert_trade
)


def test_create_portfolio():
    """Test portfolio creation"""
    portfolio_data = {
        'name': 'Test Portfolio',
        'description': 'Test description',
        'strategy_type': 'momentum',
        'initial_balance': 10000.00,
        'strategy_config': {'min_confidence': 0.75}
    }

    portfolio_id = create_portfolio(portfolio_data)
    assert portfolio_id > 0

    # Verify portfolio was created
    portfolio = get_portfolio_state(portfolio_id)
    assert portfolio['name'] == 'Test Portfolio'
    assert portfolio['initial_balance'] == 10000.00


def test_portfolio_isolation():
    """Test that portfolios are isolated from each other"""
    # Create two portfolios
    portfolio1_id = create_portfolio({
        'name': 'Portfolio 1',
        'strategy_type': 'momentum',
        'initial_balance': 10000.00
    })

    portfolio2_id = create_portfolio({
        'name': 'Portfolio 2',
        'strategy_type': 'mean_reversion',
        'initial_balance': 20000.00
    })

    # Add position to portfolio 1
    add_portfolio_position({
        'trade_id': 'test_trade_1',
        'market_id': 'market_1',
        'market_question': 'Test market?',
        'action': 'buy_yes',
        'amount': 100,
        'entry_price': 0.50,
        'entry_timestamp': '2025-01-01T00:00:00',
        'status': 'open',
        'current_pnl': 0
    }, portfolio1_id)

    # Verify portfolio 1 has position, portfolio 2 doesn't
    positions_1 = get_portfolio_positions(portfolio1_id, status='open')
    positions_2 = get_portfolio_positions(portfolio2_id, status='open')

    assert len(positions_1) == 1
    assert len(positions_2) == 0


def test_multiple_portfolio_queries():
    """Test querying across multiple portfolios"""
    # Create multiple portfolios
    for i in range(5):
        create_portfolio({
            'name': f'Test Portfolio {i}',
            'strategy_type': 'momentum',
            'initial_balance': 10000.00,
            'status': 'active'
        })

    # Get all active portfolios
    portfolios = get_all_portfolios(status='active')
    assert len(portfolios) >= 5


def test_portfolio_balance_updates():
    """Test that portfolio balance updates correctly after trades"""
    portfolio_id = create_portfolio({
        'name': 'Balance Test Portfolio',
        'strategy_type': 'momentum',
        'initial_balance': 10000.00
    })

    # Execute a trade
    trade = {
        'trade_id': 'balance_test_trade',
        'timestamp': '2025-01-01T00:00:00',
        'market_id': 'market_1',
        'market_question': 'Test?',
        'action': 'buy_yes',
        'amount': 500,
        'entry_price': 0.50,
        'confidence': 0.75,
        'reason': 'Test',
        'status': 'open',
        'event_id': 'event_1',
        'event_title': 'Test Event',
        'event_end_date': '2025-12-31',
        'current_pnl': 0,
        'realized_pnl': None
    }

    insert_trade(trade, portfolio_id)

    # Update portfolio balance
    update_portfolio(portfolio_id, {
        'current_balance': 9500.00,
        'total_invested': 500.00,
        'trade_count': 1
    })

    # Verify update
    portfolio = get_portfolio_state(portfolio_id)
    assert portfolio['current_balance'] == 9500.00
    assert portfolio['total_invested'] == 500.00
    assert portfolio['trade_count'] == 1
