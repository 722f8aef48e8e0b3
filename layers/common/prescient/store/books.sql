-- name: copy_books
COPY order_books (batch_id, market_id, outcome, fetched_at, bids, asks) FROM STDIN;
