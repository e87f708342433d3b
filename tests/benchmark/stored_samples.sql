-- SPDX-License-Identifier: Apache-2.0
-- Purpose: hosts with samples of a while, in the order in which they would have been stored: tick after tick.
-- Identifiers: raw_columns, raw_values. Parameters: host_count, tick, now, raw_for, days_for
INSERT INTO kvmgrid.hosts (host_id, host, first_seen_at)
SELECT host_id, 'hv' || host_id, %(now)s::timestamptz - %(days_for)s::interval
FROM generate_series(1, %(host_count)s) AS host_id;

INSERT INTO kvmgrid.host_samples (sampled_at, host_id, {raw_columns})
SELECT instant, host_id, {raw_values}
FROM (
    SELECT instant, host_id
    FROM generate_series(%(now)s::timestamptz - %(raw_for)s::interval, %(now)s, %(tick)s::interval) AS instant
    CROSS JOIN generate_series(1, %(host_count)s) AS host_id
    ORDER BY instant, host_id
) AS s
