-- SPDX-License-Identifier: Apache-2.0
-- Purpose: which VMs of one host libvirt had no figures of, at the first such sample of some stretches of time.
-- Parameters: host_id, starts_ms, ends_ms (milliseconds since the epoch, in pairs)
-- Columns: one BusyDomains each; a stretch without such a VM has none
SELECT
    s.number::integer AS number,
    array_agg(n.name ORDER BY n.name, m.domain_id) AS names,
    array_agg(m.outcome ORDER BY n.name, m.domain_id) AS outcomes
FROM
    unnest(%(starts_ms)s::bigint[], %(ends_ms)s::bigint[]) WITH ORDINALITY AS s (start_ms, end_ms, number)
CROSS JOIN LATERAL (
    SELECT h.time
    FROM host_metrics AS h
    WHERE h.host_id = %(host_id)s
        AND h.time >= to_timestamp(s.start_ms / 1000.0)
        AND h.time < least(to_timestamp(s.end_ms / 1000.0), to_timestamp(s.start_ms / 1000.0) + INTERVAL '1 day')
        AND h.domain_running_count > 0
        AND h.domain_memory_resident_bytes IS NULL
    ORDER BY h.time
    LIMIT 1
) AS h
JOIN residency_named AS n
    ON n.host_id = %(host_id)s AND n.valid_from <= h.time AND (n.valid_to IS NULL OR n.valid_to > h.time)
JOIN domain_metrics AS m ON m.domain_id = n.domain_id AND m.time = h.time
WHERE m.outcome IN ('busy', 'timed_out')
GROUP BY s.number
ORDER BY s.number
