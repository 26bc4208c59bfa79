-- The roles of the application's database, brought to their state; run by the server's administrator as often as one likes.
--
-- Azure's administrator is no superuser. Since PostgreSQL 16 whoever creates a role does not get to SET it, and nothing can be made to
-- belong to a role that one cannot SET; so the administrator takes that right for the length of this transaction.
--
-- Read from the environment: OWNER_ROLE, GROUP_ROLE (the same unless migrations have a login of their own), MIGRATOR_ROLE (empty
-- unless they do), LOGIN_A, LOGIN_B, APP_SCHEMA, EXTENSIONS (with commas), and a SCRAM verifier for each login: passwords come here
-- neither in clear nor into the server's log.
\set ON_ERROR_STOP on
\set QUIET on
\getenv owner OWNER_ROLE
\getenv app_group GROUP_ROLE
\getenv migrator MIGRATOR_ROLE
\getenv login_a LOGIN_A
\getenv login_b LOGIN_B
\getenv schema APP_SCHEMA
\getenv extensions EXTENSIONS
\getenv verifier_a VERIFIER_A
\getenv verifier_b VERIFIER_B
\set verifier_migrator ''
\getenv verifier_migrator VERIFIER_MIGRATOR

BEGIN;
-- Every replica runs this when it starts; they take turns.
SELECT pg_advisory_xact_lock(hashtextextended('database-roles', 0)) AS locked \gset

CREATE TEMPORARY TABLE wanted_role (name text, verifier text, member_of text) ON COMMIT DROP;
INSERT INTO wanted_role VALUES
    (:'owner', NULL, NULL),
    (:'app_group', NULL, NULL),
    (:'login_a', :'verifier_a', :'app_group'),
    (:'login_b', :'verifier_b', :'app_group'),
    (:'migrator', :'verifier_migrator', :'owner');
DELETE FROM wanted_role WHERE name = '';

SELECT DISTINCT format('CREATE ROLE %I NOLOGIN', name) FROM wanted_role
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
SELECT format('ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE PASSWORD %L', name, verifier) FROM wanted_role
WHERE verifier IS NOT NULL \gexec
SELECT format('ALTER ROLE %I NOLOGIN NOCREATEDB NOCREATEROLE', name) FROM wanted_role WHERE verifier IS NULL \gexec

-- A login is in its one group and in no other: nothing that was granted by hand survives.
SELECT format('REVOKE %I FROM %I', granted.rolname, wanted_role.name)
FROM pg_auth_members
JOIN pg_roles AS granted ON granted.oid = roleid
JOIN pg_roles AS member ON member.oid = member
JOIN wanted_role ON wanted_role.name = member.rolname
WHERE granted.rolname IS DISTINCT FROM wanted_role.member_of \gexec
SELECT format('GRANT %I TO %I', member_of, name) FROM wanted_role WHERE member_of IS NOT NULL \gexec
-- Whatever a login makes belongs to its group, so that the other login, which takes over in a rotation, owns it as well.
SELECT format('ALTER ROLE %I SET role = %L', name, member_of) FROM wanted_role WHERE member_of IS NOT NULL \gexec
SELECT format('ALTER ROLE %I IN DATABASE %I SET search_path = %I, public', name, current_database(), :'schema')
FROM wanted_role WHERE member_of IS NOT NULL \gexec

REVOKE ALL ON SCHEMA public FROM PUBLIC;
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT DISTINCT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), name)
FROM wanted_role WHERE verifier IS NULL \gexec

GRANT :"owner" TO CURRENT_USER WITH SET TRUE, INHERIT FALSE;
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', :'schema', :'owner')
WHERE :'schema' NOT IN (SELECT nspname FROM pg_namespace) \gexec

-- Extensions are the administrator's; the application uses what is in them.
SELECT format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', name)
FROM unnest(string_to_array(:'extensions', ',')) AS name WHERE name <> '' \gexec
SELECT DISTINCT format('GRANT USAGE ON SCHEMA public TO %I', name) FROM wanted_role
WHERE verifier IS NULL AND :'extensions' <> '' \gexec

SELECT :'owner' <> :'app_group' AS separate \gset
\if :separate
SET LOCAL ROLE :"owner";
GRANT USAGE ON SCHEMA :"schema" TO :"app_group";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO :"app_group";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO :"app_group";
ALTER DEFAULT PRIVILEGES IN SCHEMA :"schema" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app_group";
ALTER DEFAULT PRIVILEGES IN SCHEMA :"schema" GRANT USAGE, SELECT ON SEQUENCES TO :"app_group";
RESET ROLE;
\endif

REVOKE SET OPTION FOR :"owner" FROM CURRENT_USER;
COMMIT;
\echo the roles of the database are as declared
