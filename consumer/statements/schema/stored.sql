-- SPDX-License-Identifier: Apache-2.0
-- How many samples are stored, by the statistics, since counting would take minutes; and since which day. Null without any.
SELECT
    coalesce(sum(greatest(approximate_row_count(format('kvmgrid.%I', h.hypertable_name)::regclass), 0)), 0)::bigint,
    (
        SELECT min(c.range_start)::date::text
        FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = 'kvmgrid' AND c.hypertable_name ~ '^(host|domain)(_[a-z]+)?_samples$'
    )
FROM timescaledb_information.hypertables AS h
WHERE h.hypertable_schema = 'kvmgrid' AND h.hypertable_name ~ '^(host|domain)(_[a-z]+)?_samples$'
