-- SPDX-License-Identifier: Apache-2.0
-- Purpose: buckets of hosts at every level, in the order in which they would have been filled in: bucket after bucket.
-- Identifiers: columns and values of each level. Parameters: host_count, now, and how long each level reaches back
-- (five_minutes_for, hours_for, days_for)
INSERT INTO kvmgrid.host_samples_5m_buckets (bucket, host_id, sample_count, {five_minutes_columns})
SELECT bucket, host_id, 30, {five_minutes_values}
FROM (
    SELECT bucket, host_id
    FROM generate_series(
        time_bucket('5 minutes', %(now)s - %(five_minutes_for)s::interval),
        time_bucket('5 minutes', %(now)s - INTERVAL '5 minutes'),
        INTERVAL '5 minutes'
    ) AS bucket
    CROSS JOIN generate_series(1, %(host_count)s) AS host_id
    ORDER BY bucket, host_id
) AS s;

INSERT INTO kvmgrid.host_samples_1h_buckets (bucket, host_id, sample_count, {hours_columns})
SELECT bucket, host_id, 360, {hours_values}
FROM (
    SELECT bucket, host_id
    FROM generate_series(
        time_bucket('1 hour', %(now)s - %(hours_for)s::interval),
        time_bucket('1 hour', %(now)s - INTERVAL '1 hour'),
        INTERVAL '1 hour'
    ) AS bucket
    CROSS JOIN generate_series(1, %(host_count)s) AS host_id
    ORDER BY bucket, host_id
) AS s;

INSERT INTO kvmgrid.host_samples_1d_buckets (bucket, host_id, sample_count, {days_columns})
SELECT bucket, host_id, 8640, {days_values}
FROM (
    SELECT bucket, host_id
    FROM generate_series(
        time_bucket('1 day', %(now)s - %(days_for)s::interval),
        time_bucket('1 day', %(now)s - INTERVAL '1 day'),
        INTERVAL '1 day'
    ) AS bucket
    CROSS JOIN generate_series(1, %(host_count)s) AS host_id
    ORDER BY bucket, host_id
) AS s;

UPDATE kvmgrid.rollup_announced SET announced = time_bucket('5 minutes', %(now)s::timestamptz);

UPDATE kvmgrid.rollup_marks AS m SET done = time_bucket(l.width, %(now)s::timestamptz)
FROM kvmgrid.rollup_levels AS l
WHERE l.level = m.level;

VACUUM ANALYZE
