-- What people granted is not taken away, but told: each application may use its own schema alone.
SET LOCAL search_path = pg_catalog;
SELECT set_config('legops.applications', :'applications', true) \g /dev/null
DO $$
DECLARE
	applications CONSTANT text[] := string_to_array(current_setting('legops.applications'), ' ');
	problem text;
	found bigint := 0;
BEGIN
	FOR problem IN
		SELECT format('%I is a member of %I: REVOKE %2$I FROM %1$I', member.rolname, other.rolname)
		FROM pg_auth_members AS m
		JOIN pg_roles AS member ON member.oid = m.member
		JOIN pg_roles AS other ON other.oid = m.roleid
		WHERE member.rolname = ANY (applications) AND other.rolname <> 'rds_iam'
		UNION ALL
		SELECT format('%I may use the schema %I: REVOKE ALL ON SCHEMA %2$I FROM %1$I', role.rolname, nspname)
		FROM pg_roles AS role, pg_namespace
		WHERE role.rolname = ANY (applications) AND nspname = ANY (applications) AND nspname <> role.rolname
			AND has_schema_privilege(role.oid, pg_namespace.oid, 'USAGE, CREATE')
		UNION ALL
		SELECT 'everybody may create in the schema public: REVOKE CREATE ON SCHEMA public FROM PUBLIC, as its owner'
		WHERE has_schema_privilege('public', 'public', 'CREATE')
		ORDER BY 1
	LOOP
		RAISE WARNING '%', problem;
		found := found + 1;
	END LOOP;
	IF found > 0 THEN
		RAISE EXCEPTION '% things that applications may do beyond their own schemas', found;
	END IF;
END
$$;
