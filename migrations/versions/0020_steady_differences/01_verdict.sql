-- A difference that varies on too few days, or in too few events, has no interval and no verdict.
-- The rule is wider than before, so every row that is there satisfies it.

SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE portfolio_comparisons
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT portfolio_comparisons_verdict_check,
    ADD CONSTRAINT portfolio_comparisons_verdict_check CHECK (
        verdict IN (
            'better', 'worse', 'not_yet', 'too_few_days', 'one_event', 'no_deviation', 'same'
        )
    ) NOT VALID;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE portfolio_comparisons VALIDATE CONSTRAINT portfolio_comparisons_verdict_check;
