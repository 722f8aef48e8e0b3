-- name: disable_policies
DO $$
DECLARE
    protected regclass;
BEGIN
    FOR protected IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', protected);
    END LOOP;
END $$;
