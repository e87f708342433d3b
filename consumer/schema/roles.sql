-- SPDX-License-Identifier: Apache-2.0
-- Roles, extension and schema: the one step that needs a superuser. May be run again at any time, by
-- consumer/schema/roles.py or with psql in the database that kvmgrid shall use. Holds no passwords: consumer/schema/roles.py
-- sets them, or in psql `ALTER ROLE kvmgrid_ingest LOGIN` and `\password kvmgrid_ingest`, and so on.

DO $$
BEGIN
    -- Roles belong to the whole server: two bootstraps, whatever their databases, do not make them both. In here,
    -- because psql runs each statement in a transaction of its own, and a lock needs one.
    LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE;
    IF to_regrole('kvmgrid_owner') IS NULL THEN
        CREATE ROLE kvmgrid_owner;
    END IF;
    IF to_regrole('kvmgrid_ingest') IS NULL THEN
        CREATE ROLE kvmgrid_ingest;
    END IF;
    IF to_regrole('kvmgrid_dashboard') IS NULL THEN
        CREATE ROLE kvmgrid_dashboard;
    END IF;
    IF to_regrole('kvmgrid_operator') IS NULL THEN
        CREATE ROLE kvmgrid_operator;
    END IF;
END
$$;

-- The owner can log in. TimescaleDB runs the background jobs of a table as its owner, and refuses a role
-- that cannot. The other three may stay groups, with a login of its own for each process or person.
ALTER ROLE kvmgrid_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- None of them may take every connection of the server (100 by default). PostgreSQL counts each login by itself:
-- consumer/schema/roles.py copies the limit to the members that it makes. Not the owner: TimescaleDB's jobs run as it.
ALTER ROLE kvmgrid_ingest NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40;
ALTER ROLE kvmgrid_dashboard NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40;
ALTER ROLE kvmgrid_operator NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 10;

-- Where the server sets reserved_connections, readers cannot take those, however many logins they have.
GRANT pg_use_reserved_connections TO kvmgrid_owner, kvmgrid_ingest;

CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;
CREATE SCHEMA IF NOT EXISTS kvmgrid AUTHORIZATION kvmgrid_owner;
REVOKE ALL ON SCHEMA kvmgrid FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

DO $$
DECLARE
    database name := current_database();
BEGIN
    -- Nobody else connects; TEMPORARY is for ingest alone, which sorts duplicates out in a temporary table.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO kvmgrid_owner, kvmgrid_ingest, kvmgrid_dashboard, kvmgrid_operator', database
    );
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO kvmgrid_ingest', database);
    EXECUTE format('ALTER DATABASE %I SET search_path = kvmgrid, public', database);
    EXECUTE format('ALTER DATABASE %I SET timezone = %L', database, 'UTC');
    -- A seat belt for dashboards: the role may lift these, and still cannot write, since it has no grant to.
    -- JIT: compiling a wide rollup query takes longer than running it. Settings do not reach members of a role:
    -- consumer/schema/roles.py copies them to each login.
    EXECUTE format('ALTER ROLE kvmgrid_dashboard IN DATABASE %I SET default_transaction_read_only = on', database);
    EXECUTE format('ALTER ROLE kvmgrid_dashboard IN DATABASE %I SET statement_timeout = %L', database, '15s');
    EXECUTE format(
        'ALTER ROLE kvmgrid_dashboard IN DATABASE %I SET idle_in_transaction_session_timeout = %L', database, '30s'
    );
    EXECUTE format('ALTER ROLE kvmgrid_dashboard IN DATABASE %I SET jit = off', database);
    -- Unlike the others, this one only a superuser may lift: a reader's sort does not fill the disk.
    EXECUTE format('ALTER ROLE kvmgrid_dashboard IN DATABASE %I SET temp_file_limit = %L', database, '4GB');
    EXECUTE format(
        'ALTER ROLE kvmgrid_ingest IN DATABASE %I SET idle_in_transaction_session_timeout = %L', database, '60s'
    );
    EXECUTE format('ALTER ROLE kvmgrid_operator IN DATABASE %I SET statement_timeout = %L', database, '15s');
    EXECUTE format(
        'ALTER ROLE kvmgrid_operator IN DATABASE %I SET idle_in_transaction_session_timeout = %L', database, '30s'
    );
    EXECUTE format('ALTER ROLE kvmgrid_operator IN DATABASE %I SET temp_file_limit = %L', database, '100MB');
END
$$;

-- PostgreSQL lets everybody take advisory locks, store large objects, notify, and write to the write-ahead log.
-- A reader could hold `migrate` up or fill the disk with them. pg_dump keeps these rights, and they hold in this database
-- only. What cannot be taken away: the command NOTIFY, so that payloads are not trusted, and a lock that forbids DROP.
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname ~ '^(pg_(try_)?advisory_.*|lo_.*|lowrite|loread|pg_notify|pg_logical_emit_message)$'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
    FOR function IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_.*$'
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kvmgrid_owner', function);
    END LOOP;
    -- TimescaleDB lets everybody have jobs run in the background, for ever.
    FOR function IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname IN ('add_job', 'run_job', 'alter_job', 'delete_job')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', function);
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO kvmgrid_owner', function);
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO kvmgrid_owner, kvmgrid_ingest;

-- A database that was migrated before this role was there: the same as its migration 32 grants.
DO $$
BEGIN
    IF to_regclass('kvmgrid.audit_entries') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA kvmgrid TO kvmgrid_operator;
        GRANT SELECT ON
            kvmgrid.alerts, kvmgrid.alert_acknowledgements, kvmgrid.alert_silences, kvmgrid.alert_silence_ends, kvmgrid.alert_maintenances,
            kvmgrid.alert_maintenance_ends
            TO kvmgrid_operator;
        GRANT INSERT (alert_id, said_by, note) ON kvmgrid.alert_acknowledgements TO kvmgrid_operator;
        GRANT INSERT (selector, reason, starts_at, ends_at, said_by) ON kvmgrid.alert_silences TO kvmgrid_operator;
        GRANT INSERT (silence_id, said_by) ON kvmgrid.alert_silence_ends TO kvmgrid_operator;
        GRANT INSERT (
            selector, reason, starts_at, ends_at, weekdays, time_of_day, duration_seconds, zone, said_by
        ) ON kvmgrid.alert_maintenances TO kvmgrid_operator;
        GRANT INSERT (maintenance_id, said_by) ON kvmgrid.alert_maintenance_ends TO kvmgrid_operator;
        GRANT INSERT (who, action, details, origin) ON kvmgrid.audit_entries TO kvmgrid_operator;
    END IF;
END
$$;
