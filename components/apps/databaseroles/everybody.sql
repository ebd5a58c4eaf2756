-- Nobody but the database's owner creates in the schema public, as PostgreSQL has had it since 15: whoever may, can put a function
-- there that others call. Everybody may still use what is in it, such as extensions.
SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
FROM pg_namespace, aclexplode(nspacl) AS granted
WHERE nspname = 'public' AND granted.grantee = 0 AND granted.privilege_type = 'CREATE'
\gexec
