-- SPDX-License-Identifier: Apache-2.0
-- What roles.sql and the server's configuration should have: that a reader takes no advisory lock; connections that
-- readers cannot take. Then the edition of TimescaleDB by its licence, how many tables have columns; and whether
-- operators may say something.
SELECT
    has_function_privilege('kvmgrid_dashboard', 'pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE'),
    current_setting('reserved_connections')::integer,
    current_setting('timescaledb.license', true),
    (
        SELECT count(*)
        FROM timescaledb_information.hypertables
        WHERE hypertable_schema = 'kvmgrid' AND compression_enabled
    ),
    coalesce(
        has_any_column_privilege(
            to_regrole('kvmgrid_operator')::oid, to_regclass('kvmgrid.audit_entries')::oid, 'INSERT'
        ),
        false
    )
