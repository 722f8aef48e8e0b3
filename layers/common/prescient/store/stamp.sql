-- name: ask_whether_stamped
-- Answer whether the database notes its revision.
SELECT to_regclass('alembic_version') IS NOT NULL;

-- name: select_revision
-- Read the database's revision.
SELECT version_num FROM alembic_version;
