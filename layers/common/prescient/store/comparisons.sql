-- name: save
-- Store what the comparison says of pairs of portfolios, in place of what it said before.
INSERT INTO portfolio_comparisons (
    first_id, second_id, calculated_at, last_day, days, verdict
)
SELECT first_id, second_id, %(now)s, %(last_day)s, days, verdict
FROM unnest(
    %(first_ids)s::int[], %(second_ids)s::int[], %(days)s::int[], %(verdicts)s::text[]
) AS given (first_id, second_id, days, verdict)
ON CONFLICT (first_id, second_id) DO UPDATE SET
    calculated_at = excluded.calculated_at, last_day = excluded.last_day, days = excluded.days,
    verdict = excluded.verdict
WHERE excluded.calculated_at >= portfolio_comparisons.calculated_at;

-- name: select_told_apart
-- Read which of these portfolios differ by more than noise, as far as that was found lately.
SELECT first_id, second_id FROM portfolio_comparisons
WHERE first_id = ANY (%(portfolio_ids)s::int[]) AND second_id = ANY (%(portfolio_ids)s::int[])
    AND calculated_at >= %(since)s AND verdict IN ('better', 'worse');

-- name: select_to_compare
-- Read pairs of active portfolios that are rebalanced and were not compared on these days yet, those that
-- were never compared first.
WITH member AS (
    SELECT portfolio_id FROM portfolios
    WHERE status = 'active' AND strategy_config ->> 'rebalance_threshold' IS NOT NULL
)
SELECT first.portfolio_id, second.portfolio_id
FROM member AS first
JOIN member AS second ON second.portfolio_id > first.portfolio_id
LEFT JOIN portfolio_comparisons AS known
    ON known.first_id = first.portfolio_id AND known.second_id = second.portfolio_id
WHERE known.last_day IS NULL OR known.last_day < %(last_day)s
ORDER BY known.last_day NULLS FIRST, first.portfolio_id, second.portfolio_id
LIMIT %(limit)s;
