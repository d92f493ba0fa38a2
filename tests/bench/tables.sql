-- A database with many tables and mixed access lists, for the bench. To be read by psql with
--   -v tables=N     how many
--   -v schemas=N    schemas whose tables belong to the managed roles
--   -v managed=N    roles managed_1 ... managed_N, each holding the same on every table there
--   -v granted=1    0: nothing is granted to them yet
-- Every fifth table lies in a schema of its own kind, nobody's but the owner's (no list at all). Of the
-- others every fifth has three to ten more grantees, some with a grant option, some columns of their own,
-- some PUBLIC.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE PROCEDURE role_make(name text) LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I', name);
    END IF;
END $$;

CREATE PROCEDURE table_make(i int, name text, grantees text) LANGUAGE plpgsql AS $$
DECLARE
    others text;
BEGIN
    EXECUTE format('CREATE TABLE %s (id int %s, note text)', name,
        CASE WHEN i % 5 = 1 THEN 'GENERATED ALWAYS AS IDENTITY' ELSE '' END);
    IF i % 5 = 0 OR grantees IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %s', name, grantees);
    IF i % 5 <> 2 THEN
        RETURN;
    END IF;
    SELECT string_agg(format('other_%s', 1 + (i * 7 + n * 13) % 100), ', ') INTO others
        FROM generate_series(1, 3 + i % 8) n;
    EXECUTE format('GRANT SELECT, UPDATE ON %s TO %s %s', name, others,
        CASE WHEN i % 3 = 0 THEN 'WITH GRANT OPTION' ELSE '' END);
    IF i % 4 = 0 THEN
        EXECUTE format('GRANT SELECT (note) ON %s TO other_%s', name, 1 + i % 100);
    END IF;
    IF i % 7 = 0 THEN
        EXECUTE format('GRANT SELECT ON %s TO PUBLIC', name);
    END IF;
END $$;

CREATE PROCEDURE fill(tables int, schemas int, managed int, granted bool) LANGUAGE plpgsql AS $$
DECLARE
    grantees text;
BEGIN
    FOR i IN 1..100 LOOP CALL role_make('other_' || i); END LOOP;
    FOR i IN 1..managed LOOP CALL role_make('managed_' || i); END LOOP;
    IF granted THEN
        SELECT string_agg('managed_' || n, ', ') INTO grantees FROM generate_series(1, managed) n;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), grantees);
    END IF;
    FOR i IN 1..schemas LOOP
        EXECUTE format('CREATE SCHEMA s%s', i);
        EXECUTE format('CREATE SCHEMA p%s', i);
        IF granted THEN
            EXECUTE format('GRANT USAGE ON SCHEMA s%s TO %s', i, grantees);
        END IF;
    END LOOP;
    FOR i IN 1..tables LOOP
        CALL table_make(i, format('%s%s.table_%s', CASE WHEN i % 5 = 0 THEN 'p' ELSE 's' END,
            1 + i / 5 % schemas, i), grantees);
        IF i % 200 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;

CALL fill(:tables, :schemas, :managed, :granted::bool);
DROP PROCEDURE fill, table_make, role_make;
VACUUM ANALYZE;
