-- SPDX-License-Identifier: Apache-2.0
-- Clocks that are wrong (docs/decisions/0029). A sample keeps the time that its host claims. What is newest, and how old
-- it is, goes by an instant that no host can set ahead of the sample's arrival.

-- Seconds that the host's clock is ahead of the consumer's, negative where it is behind; null in tolerance.
ALTER TABLE host_latest ADD COLUMN clock_offset_seconds double precision;
ALTER TABLE domain_latest ADD COLUMN received_at timestamptz;

-- When a sample was taken, as far as the clocks of others say so. Without a time of arrival it is what the host claims.
CREATE FUNCTION taken_at(sampled_at timestamptz, received_at timestamptz, clock_offset_seconds double precision)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN least(sampled_at - coalesce(clock_offset_seconds, 0) * INTERVAL '1 second', received_at);
GRANT EXECUTE ON FUNCTION taken_at(timestamptz, timestamptz, double precision) TO PUBLIC;

-- As in migration 10, but for the instant and the columns at the end.
CREATE OR REPLACE VIEW hosts_now AS
SELECT
    h.host_id,
    h.host,
    h.hostname,
    h.kernel,
    h.machine,
    h.cpu_count,
    h.boot_id,
    h.booted_at,
    h.publisher_version,
    h.first_seen_at,
    l.sampled_at,
    l.received_at,
    l.tick_seconds,
    age.staleness_seconds,
    age.freshness,
    l.memory_total_bytes,
    l.memory_available_bytes,
    l.memory_free_bytes,
    l.memory_buffers_bytes,
    l.memory_cached_bytes,
    l.memory_reclaimable_bytes,
    l.memory_shared_bytes,
    l.hugepage_total_bytes,
    l.hugepage_free_bytes,
    l.hugepage_reserved_bytes,
    l.hugepage_surplus_bytes,
    l.ksm_shared_bytes,
    l.ksm_saved_bytes,
    l.ksm_profit_bytes,
    l.zfs_cache_bytes,
    l.zfs_reclaimable_bytes,
    l.swap_total_bytes,
    l.swap_used_bytes,
    l.uptime_seconds,
    l.interval_seconds,
    l.cpu_busy_ratio,
    l.cpu_guest_ratio,
    l.cpu_user_ratio,
    l.cpu_system_ratio,
    l.cpu_interrupt_ratio,
    l.cpu_steal_ratio,
    l.cpu_iowait_ratio,
    l.load_1m,
    l.load_5m,
    l.load_15m,
    l.pressure_cpu_some_ratio,
    l.pressure_memory_some_ratio,
    l.pressure_memory_full_ratio,
    l.pressure_io_some_ratio,
    l.pressure_io_full_ratio,
    l.pressure_irq_full_ratio,
    l.memory_used_ratio,
    l.memory_used_legacy_ratio,
    l.memory_used_without_hugepages_ratio,
    l.memory_used_without_zfs_cache_ratio,
    l.swap_in_bytes_per_second,
    l.swap_out_bytes_per_second,
    l.disk_read_bytes_per_second,
    l.disk_write_bytes_per_second,
    l.disk_read_requests_per_second,
    l.disk_write_requests_per_second,
    l.disk_busy_ratio,
    l.disk_latency_seconds,
    l.network_receive_bytes_per_second,
    l.network_transmit_bytes_per_second,
    l.cpu_temperature_celsius,
    l.cpu_temperature_limit_celsius,
    l.board_temperature_celsius,
    l.cpu_online_count,
    l.running_count,
    l.blocked_count,
    l.oom_kill_count,
    l.ksm_run,
    l.memory_estimated,
    l.domain_count,
    l.domain_active_count,
    l.health_score,
    CASE WHEN age.freshness = 'stale' THEN 'unknown' ELSE l.health_state END AS health_state,
    l.health_reasons,
    l.hypervisor_state,
    l.hypervisor_reason,
    l.collectors,
    age.stale_at,
    -- What arrives now is old: a past that is being sent, or a clock that is behind and whose offset is not known.
    coalesce(
        age.freshness = 'stale' AND l.received_at > age.stale_at AND l.received_at > now() - INTERVAL '30 seconds',
        false
    ) AS is_catching_up,
    -- The load generator marks its versions so: no machine stands behind such a host.
    coalesce(h.publisher_version LIKE '%+simulated', false) AS is_simulated,
    l.clock_offset_seconds,
    age.taken_at
FROM hosts AS h
LEFT JOIN host_latest AS l USING (host_id)
CROSS JOIN LATERAL (
    SELECT
        limits.taken_at,
        limits.stale_at,
        extract(epoch FROM now() - limits.taken_at)::double precision AS staleness_seconds,
        CASE
            WHEN now() - limits.taken_at <= 2 * l.tick_seconds * INTERVAL '1 second' THEN 'fresh'
            WHEN now() <= limits.stale_at THEN 'late'
            ELSE 'stale'
        END AS freshness
    FROM (
        SELECT instant.taken_at, stale_at(instant.taken_at, l.tick_seconds) AS stale_at
        FROM (SELECT taken_at(l.sampled_at, l.received_at, l.clock_offset_seconds) AS taken_at) AS instant
    ) AS limits
) AS age;

CREATE OR REPLACE VIEW domains_now AS
SELECT
    d.domain_id,
    d.uuid,
    d.name,
    d.title,
    d.metadata,
    d.autostart,
    d.persistent,
    l.host_id,
    h.host,
    h.hostname,
    coalesce(s.name, 'state ' || l.state) AS state_name,
    coalesce(r.name, 'reason ' || l.state_reason) AS state_reason_name,
    l.libvirt_id,
    d.first_seen_at,
    l.sampled_at,
    age.staleness_seconds,
    age.freshness,
    l.memory_assigned_bytes,
    l.memory_maximum_bytes,
    l.memory_guest_total_bytes,
    l.memory_used_bytes,
    l.memory_resident_bytes,
    l.interval_seconds,
    l.detail_interval_seconds,
    l.cpu_cores,
    l.cpu_ratio,
    l.cpu_user_cores,
    l.cpu_system_cores,
    l.vcpu_cores,
    l.cpu_overhead_cores,
    l.steal_ratio,
    l.memory_used_ratio,
    l.memory_age_seconds,
    l.swap_in_bytes_per_second,
    l.swap_out_bytes_per_second,
    l.major_faults_per_second,
    l.block_read_bytes_per_second,
    l.block_write_bytes_per_second,
    l.block_read_requests_per_second,
    l.block_write_requests_per_second,
    l.block_latency_seconds,
    l.network_receive_bytes_per_second,
    l.network_transmit_bytes_per_second,
    l.vcpu_count,
    l.state,
    l.state_reason,
    l.outcome,
    l.outcome_reason,
    age.stale_at,
    age.taken_at
FROM domains AS d
JOIN domain_latest AS l USING (domain_id)
JOIN hosts AS h ON h.host_id = l.host_id
LEFT JOIN host_latest AS hl ON hl.host_id = h.host_id
LEFT JOIN domain_states AS s ON s.state = l.state
LEFT JOIN domain_state_reasons AS r ON r.state = l.state AND r.reason = l.state_reason
CROSS JOIN LATERAL (
    SELECT
        limits.taken_at,
        limits.stale_at,
        extract(epoch FROM now() - limits.taken_at)::double precision AS staleness_seconds,
        CASE
            WHEN now() - limits.taken_at <= 2 * hl.tick_seconds * INTERVAL '1 second' THEN 'fresh'
            WHEN now() <= limits.stale_at THEN 'late'
            ELSE 'stale'
        END AS freshness
    FROM (
        SELECT instant.taken_at, stale_at(instant.taken_at, hl.tick_seconds) AS stale_at
        FROM (SELECT taken_at(l.sampled_at, l.received_at, hl.clock_offset_seconds) AS taken_at) AS instant
    ) AS limits
) AS age
WHERE d.removed_at IS NULL;

-- As in migration 3, but for the instant.
CREATE OR REPLACE VIEW pipeline_now AS
SELECT
    h.host_id,
    h.host,
    h.publisher_version,
    l.sampled_at,
    l.received_at,
    l.tick_seconds,
    extract(
        epoch FROM now() - taken_at(l.sampled_at, l.received_at, l.clock_offset_seconds)
    )::double precision AS staleness_seconds,
    extract(epoch FROM l.received_at - l.sampled_at)::double precision AS lag_seconds,
    p.tick_work_seconds,
    p.epoch,
    p.sequence,
    p.boot_id,
    p.spool_message_count,
    p.spool_bytes,
    p.dropped_message_count,
    p.missed_tick_count,
    p.cpu_seconds,
    p.resident_bytes,
    p.libvirt_version,
    p.hypervisor_version,
    p.hypervisor_state,
    p.hypervisor_reason,
    p.abandoned_call_count,
    p.collectors
FROM hosts AS h
LEFT JOIN host_latest AS l USING (host_id)
LEFT JOIN LATERAL (
    SELECT r.*
    FROM publisher_reports AS r
    WHERE r.host_id = l.host_id AND r.sampled_at = l.sampled_at
) AS p ON true;
