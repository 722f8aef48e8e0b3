-- The verdict that the code before does not know: it says of such a difference that more days will tell.

SET LOCAL lock_timeout = '10s';

UPDATE portfolio_comparisons SET verdict = 'not_yet' WHERE verdict = 'no_deviation';
ALTER TABLE portfolio_comparisons
    DROP CONSTRAINT portfolio_comparisons_verdict_check,
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT portfolio_comparisons_verdict_check CHECK (
        verdict IN ('better', 'worse', 'not_yet', 'too_few_days', 'one_event', 'same')
    );
