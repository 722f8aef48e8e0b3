-- Forget what the comparison said: it can be computed again.

SET LOCAL lock_timeout = '10s';

DROP TABLE portfolio_comparisons;
