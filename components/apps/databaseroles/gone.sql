-- The role of an application that is no more, or uses the database no more, loses the right to sign in. What it has stays.
SET LOCAL search_path = pg_catalog;
SELECT format('ALTER ROLE %I NOLOGIN', rolname)
FROM pg_roles
WHERE rolcanlogin AND rolname <> CURRENT_USER AND shobj_description(oid, 'pg_authid') = 'legops: application'
	AND rolname <> ALL (string_to_array(:'applications', ' '))
ORDER BY rolname
\gexec
