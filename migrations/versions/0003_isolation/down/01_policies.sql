-- The policies go, and every right of the functions' roles.

SET LOCAL lock_timeout = '10s';

DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN
        SELECT polname, polrelid::regclass AS protected FROM pg_policy
        WHERE polname IN ('every_portfolio', 'named_portfolio')
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', policy.polname, policy.protected);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', policy.protected);
    END LOOP;
    EXECUTE (
        SELECT format(
            'REVOKE ALL ON %s FROM prescient_app, prescient_portfolio',
            string_agg(oid::regclass::text, ', ')
        )
        FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v')
            AND relowner = 'prescient_owner'::regrole
    );
END $$;
