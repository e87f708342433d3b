-- SPDX-License-Identifier: Apache-2.0
-- Purpose: when one host was sampled in a short range, and what its publisher said with each sample.
-- Parameters: host_id, start, end (instants)
-- Columns: one SampledReport each, in order of time
SELECT
    extract(epoch FROM m.time)::double precision AS time_seconds,
    m.interval_seconds::double precision AS interval_seconds,
    (m.domain_count IS NOT NULL) AS has_domains,
    (m.domain_running_count > 0 AND m.domain_memory_resident_bytes IS NULL) AS lacks_domains,
    extract(epoch FROM p.received_at)::double precision AS received_seconds,
    p.epoch,
    p.sequence,
    p.boot_id,
    p.cpu_seconds,
    p.missed_tick_count,
    p.dropped_message_count,
    p.spool_message_count,
    p.hypervisor_state,
    p.hypervisor_reason
FROM host_metrics AS m
LEFT JOIN publisher_history AS p
    ON p.host_id = %(host_id)s AND p.time = m.time AND p.time >= %(start)s AND p.time < %(end)s
WHERE m.host_id = %(host_id)s AND m.time >= %(start)s AND m.time < %(end)s
ORDER BY m.time
