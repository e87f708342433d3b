-- SPDX-License-Identifier: Apache-2.0
-- What roles.sql and the server's configuration should have: that a reader takes no advisory lock, and connections that
-- readers cannot take. Then the edition of TimescaleDB by its licence, and how many tables have columns.
SELECT
    has_function_privilege('kvmgrid_dashboard', 'pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE'),
    current_setting('reserved_connections')::integer,
    current_setting('timescaledb.license', true),
    (
        SELECT count(*)
        FROM timescaledb_information.hypertables
        WHERE hypertable_schema = 'kvmgrid' AND compression_enabled
    )
