-- name: copy_books
-- Load the order books that a fetch saw, as a stream of rows.
COPY order_books (batch_id, market_id, outcome, fetched_at, bids, asks, listed) FROM STDIN;
