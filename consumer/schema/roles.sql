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
END
$$;

-- The owner can log in, because TimescaleDB runs the background jobs of a table as its owner and refuses a
-- role that cannot. The other two may stay groups, with a login of its own for each process or person.
ALTER ROLE kvmgrid_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE kvmgrid_ingest NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE kvmgrid_dashboard NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

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
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO kvmgrid_owner, kvmgrid_ingest, kvmgrid_dashboard', database);
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
    EXECUTE format(
        'ALTER ROLE kvmgrid_ingest IN DATABASE %I SET idle_in_transaction_session_timeout = %L', database, '60s'
    );
END
$$;
