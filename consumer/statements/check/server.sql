-- SPDX-License-Identifier: Apache-2.0
-- What roles.sql and the server's configuration should have: that a reader takes no advisory lock, and connections that
-- readers cannot take.
SELECT
    has_function_privilege('kvmgrid_dashboard', 'pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE'),
    current_setting('reserved_connections')::integer
