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
    EXECUTE format(
        'REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM prescient_app, prescient_portfolio',
        current_schema()
    );
END $$;
