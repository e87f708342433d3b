-- SPDX-License-Identifier: Apache-2.0
-- Purpose: buckets of hosts or VMs at a level, in the order in which they would have been filled in: bucket after bucket.
-- Identifiers: table, key, columns, values. Parameters: host_count, per_host, told_every, now, and of the level: kept (how
-- long it reaches back), width, sample_count
INSERT INTO {table} (bucket, {key}, sample_count, {columns})
SELECT bucket, entity, %(sample_count)s, {values}
FROM (
    SELECT
        bucket, entity, (entity - 1) / %(per_host)s AS host_ordinal,
        mod((entity - 1) / %(per_host)s, %(told_every)s) = 0 AS is_told
    FROM generate_series(
        time_bucket(%(width)s::interval, %(now)s::timestamptz - %(kept)s::interval),
        time_bucket(%(width)s::interval, %(now)s::timestamptz - %(width)s::interval),
        %(width)s::interval
    ) AS bucket
    CROSS JOIN generate_series(1, %(host_count)s * %(per_host)s) AS entity
    ORDER BY bucket, entity
) AS s
