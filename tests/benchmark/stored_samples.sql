-- SPDX-License-Identifier: Apache-2.0
-- Purpose: samples of a while of hosts or VMs, in the order in which they would have been stored: tick after tick.
-- Identifiers: table, key, columns, values. Parameters: host_count, per_host, told_every, now, raw_for, tick
INSERT INTO {table} (sampled_at, {key}, {columns})
SELECT instant, entity, {values}
FROM (
    SELECT
        instant, entity, (entity - 1) / %(per_host)s AS host_ordinal,
        mod((entity - 1) / %(per_host)s, %(told_every)s) = 0 AS is_told
    FROM generate_series(%(now)s::timestamptz - %(raw_for)s::interval, %(now)s, %(tick)s::interval) AS instant
    CROSS JOIN generate_series(1, %(host_count)s * %(per_host)s) AS entity
    ORDER BY instant, entity
) AS s
