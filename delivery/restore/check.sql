-- What a restored database holds, a line each: `fact TEXT` or `problem TEXT`. It counts every row, so it reads every table to its end, as whoever
-- needs the backup would. Nothing of it stays.
BEGIN;
SET LOCAL search_path = pg_catalog;
SET LOCAL TimeZone = 'UTC';
CREATE TEMPORARY TABLE counted (application text, name text, rows bigint, newest timestamptz);
CREATE TEMPORARY TABLE found (kind text, text text, number int GENERATED ALWAYS AS IDENTITY);
SELECT set_config('legops.' || name, value, true)
FROM (VALUES ('applications', :'applications'), ('taken', :'taken')) AS settings (name, value) \g /dev/null

-- The master user reads no tables of applications: for this transaction it is a member of their roles (docs/decisions/0045).
DO $$
DECLARE
	application text;
	held record;
BEGIN
	FOREACH application IN ARRAY string_to_array(current_setting('legops.applications'), ' ') LOOP
		CONTINUE WHEN application = '';
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = application) THEN
			INSERT INTO pg_temp.found (kind, text) VALUES ('problem', format('%s has no role in it', application));
			CONTINUE;
		END IF;
		EXECUTE format('GRANT %I TO CURRENT_USER', application);
		FOR held IN
			-- Times to come are no sign of life: of appointments, ends of contracts.
			SELECT c.oid::regclass AS name, n.nspname || '.' || c.relname AS shown, (
				SELECT string_agg(format(CASE a.atttypid WHEN 'timestamp'::regtype THEN 'max(%1$I AT TIME ZONE ''UTC'') FILTER (WHERE %1$I <= $1 AT TIME ZONE ''UTC'')'
					ELSE 'max(%1$I) FILTER (WHERE %1$I <= $1)' END, a.attname), ', ')
				FROM pg_attribute AS a
				WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype)
			) AS times
			FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
			WHERE pg_get_userbyid(c.relowner) = application AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		LOOP
			EXECUTE format('INSERT INTO pg_temp.counted SELECT %L, %L, count(*), %s FROM %s', application, held.shown,
				coalesce('greatest(' || held.times || ')', 'NULL'), held.name)
			USING current_setting('legops.taken')::timestamptz;
		END LOOP;
	END LOOP;
END
$$;

INSERT INTO found (kind, text)
SELECT 'fact', format('%s: %s tables, %s rows, newest %s', application, count(*), sum(rows), coalesce(to_char(max(newest), 'YYYY-MM-DD HH24:MI'), 'unknown'))
FROM counted GROUP BY application ORDER BY application;

INSERT INTO found (kind, text)
SELECT 'problem', CASE WHEN rows IS NULL THEN format('the table %s is missing', wanted.name) ELSE format('the table %s is empty', wanted.name) END
FROM unnest(string_to_array(:'tables', ' ')) AS wanted (name) LEFT JOIN counted USING (name)
WHERE wanted.name <> '' AND coalesce(rows, 0) = 0
ORDER BY wanted.name;

INSERT INTO found (kind, text)
SELECT 'problem', CASE
	WHEN count(*) = 0 THEN 'no application has a table in it'
	WHEN max(newest) IS NULL THEN 'no column of a time tells how new its rows are'
	ELSE format('the newest row is of %s, %s hours before the backup; more than %s', to_char(max(newest), 'YYYY-MM-DD HH24:MI'),
		floor(extract(epoch FROM :'taken'::timestamptz - max(newest)) / 3600), :'hours')
END
FROM counted
HAVING count(*) = 0 OR max(newest) IS NULL OR :'taken'::timestamptz - max(newest) > make_interval(hours => :'hours'::int);

SELECT kind, text FROM found ORDER BY number;
ROLLBACK;
