-- SPDX-License-Identifier: Apache-2.0
-- Purpose: whether this database holds a schema that these pages can read, and whether a host ever wrote to it.
-- Parameters: none
-- Columns: host_count, database_time
SELECT
    (SELECT count(*)::integer FROM hosts) AS host_count,
    now() AS database_time
