-- The role and the schema of one application, by its name. Each statement is made only where it is needed.
SET LOCAL search_path = pg_catalog;

-- One run at a time, of those that a schedule and a person start.
SELECT pg_advisory_xact_lock(hashtext('legops database roles')) \g /dev/null

-- A schema of that name that somebody else made is not given away, nor used.
SELECT set_config('legops.application', :'application', true) \g /dev/null
DO $$
DECLARE
	application CONSTANT text := current_setting('legops.application');
	owner CONSTANT text := (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = application);
BEGIN
	IF owner <> application THEN
		RAISE EXCEPTION 'the schema % belongs to %, must belong to the role of the application', quote_ident(application), quote_ident(owner)
		USING HINT = format('If it is that of the application: ALTER SCHEMA %1$I OWNER TO %1$I, likewise of what is in it; else rename it.', application);
	END IF;
END
$$;

SELECT format('CREATE ROLE %I', :'application')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'application')
\gexec

SELECT format('ALTER ROLE %I LOGIN INHERIT NOCREATEDB NOCREATEROLE', rolname)
FROM pg_roles
WHERE rolname = :'application' AND (NOT rolcanlogin OR NOT rolinherit OR rolcreatedb OR rolcreaterole)
\gexec

-- By this gone.sql knows the roles that are an application's.
SELECT format('COMMENT ON ROLE %I IS %L', rolname, 'legops: application')
FROM pg_roles
WHERE rolname = :'application' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM 'legops: application'
\gexec

-- The schema has the name of the role: the search path begins with it, as long as nobody sets another. To make it the role's, the
-- master user has to be a member of the role, and must not stay one: it would be a member of rds_iam by that, and RDS would no
-- longer take its password.
SELECT format(statement, :'application')
FROM (VALUES
	(1, 'GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', NOT pg_has_role(:'application', 'SET')),
	(2, 'CREATE SCHEMA %1$I AUTHORIZATION %1$I', true),
	(3, 'REVOKE %I FROM CURRENT_USER', NOT pg_has_role(:'application', 'SET'))
) AS making (step, statement, needed)
WHERE needed AND NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = :'application')
ORDER BY step
\gexec

-- By this RDS takes a token of IAM in place of a password.
SELECT format('GRANT rds_iam TO %I', :'application')
WHERE NOT pg_has_role(:'application', 'rds_iam', 'USAGE')
\gexec
