-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what one host is and how it was at its newest sample, with the versions its publisher reported.
-- Parameters: host (its id)
-- Columns: one HostNow, or no row when the host is unknown
SELECT
    n.host_id,
    n.host,
    n.hostname,
    n.kernel,
    n.machine,
    n.cpu_count,
    n.tags,
    n.publisher_version,
    n.first_seen_at,
    -- A host whose clock is ahead would be of the future.
    n.taken_at AS sampled_at,
    n.tick_seconds,
    n.stale_at,
    n.freshness,
    n.is_catching_up,
    n.is_simulated,
    n.health_score,
    n.health_state,
    n.health_reasons,
    n.memory_total_bytes,
    n.uptime_seconds,
    n.load_1m,
    n.load_5m,
    n.load_15m,
    n.hypervisor_state,
    n.hypervisor_reason,
    p.libvirt_version,
    p.hypervisor_version,
    p.lag_seconds,
    n.clock_offset_seconds,
    n.clock_synchronised,
    n.clock_error_seconds,
    p.spool_message_count,
    n.collectors
FROM hosts_now AS n
LEFT JOIN pipeline_now AS p USING (host_id)
WHERE n.host = %(host)s
