-- SPDX-License-Identifier: Apache-2.0
-- The tables that have a columnstore in the Community edition and none yet: name, keys of a segment, column of time.
SELECT w.name, w.keys, w.instant
FROM (
    SELECT
        kvmgrid.rollup_table(r.relation, l.level),
        array_to_string(r.keys, ', '),
        CASE WHEN l.level = 'raw' THEN 'sampled_at' ELSE 'bucket' END
    FROM kvmgrid.rollup_relations AS r
    CROSS JOIN (SELECT 'raw' UNION ALL SELECT level FROM kvmgrid.rollup_levels) AS l (level)
    UNION ALL
    SELECT 'publisher_reports', 'host_id', 'sampled_at'
) AS w (name, keys, instant)
JOIN timescaledb_information.hypertables AS h ON h.hypertable_schema = 'kvmgrid' AND h.hypertable_name = w.name
WHERE NOT h.compression_enabled
ORDER BY w.name
