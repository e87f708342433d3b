-- SPDX-License-Identifier: Apache-2.0
-- The public interface: what pages, Grafana and people read. The same names and columns in both editions;
-- docs/schema.md describes every column. A column may be added, never renamed or dropped without a new
-- major version.

-- The newest sample of each host. Reads no time series. A host silent for more than 5 of its own ticks is
-- stale, and its health unknown, whatever its last sample said.
CREATE VIEW hosts_now AS
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
    l.collectors
FROM hosts AS h
LEFT JOIN host_latest AS l USING (host_id)
CROSS JOIN LATERAL (
    SELECT
        extract(epoch FROM now() - l.sampled_at)::double precision AS staleness_seconds,
        CASE
            WHEN now() - l.sampled_at <= 2 * l.tick_seconds * INTERVAL '1 second' THEN 'fresh'
            WHEN now() - l.sampled_at <= 5 * l.tick_seconds * INTERVAL '1 second' THEN 'late'
            ELSE 'stale'
        END AS freshness
) AS age;

-- The newest sample of each domain that libvirt still knows, running or not; a domain that only events named is not
-- among them. Reads no time series.
CREATE VIEW domains_now AS
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
    l.outcome_reason
FROM domains AS d
JOIN domain_latest AS l USING (domain_id)
JOIN hosts AS h ON h.host_id = l.host_id
LEFT JOIN host_latest AS hl ON hl.host_id = h.host_id
LEFT JOIN domain_states AS s ON s.state = l.state
LEFT JOIN domain_state_reasons AS r ON r.state = l.state AND r.reason = l.state_reason
CROSS JOIN LATERAL (
    SELECT
        extract(epoch FROM now() - l.sampled_at)::double precision AS staleness_seconds,
        CASE
            WHEN now() - l.sampled_at <= 2 * hl.tick_seconds * INTERVAL '1 second' THEN 'fresh'
            WHEN now() - l.sampled_at <= 5 * hl.tick_seconds * INTERVAL '1 second' THEN 'late'
            ELSE 'stale'
        END AS freshness
) AS age
WHERE d.removed_at IS NULL;

-- Raw samples with names; the first column is called time, as Grafana expects.
CREATE VIEW host_metrics AS
SELECT
    m.sampled_at AS time,
    m.host_id,
    h.host,
    h.hostname,
    m.memory_total_bytes,
    m.memory_available_bytes,
    m.memory_free_bytes,
    m.memory_buffers_bytes,
    m.memory_cached_bytes,
    m.memory_reclaimable_bytes,
    m.memory_shared_bytes,
    m.hugepage_total_bytes,
    m.hugepage_free_bytes,
    m.hugepage_reserved_bytes,
    m.hugepage_surplus_bytes,
    m.ksm_shared_bytes,
    m.ksm_saved_bytes,
    m.ksm_profit_bytes,
    m.zfs_cache_bytes,
    m.zfs_reclaimable_bytes,
    m.swap_total_bytes,
    m.swap_used_bytes,
    m.uptime_seconds,
    m.interval_seconds,
    m.cpu_busy_ratio,
    m.cpu_guest_ratio,
    m.cpu_user_ratio,
    m.cpu_system_ratio,
    m.cpu_interrupt_ratio,
    m.cpu_steal_ratio,
    m.cpu_iowait_ratio,
    m.load_1m,
    m.load_5m,
    m.load_15m,
    m.pressure_cpu_some_ratio,
    m.pressure_memory_some_ratio,
    m.pressure_memory_full_ratio,
    m.pressure_io_some_ratio,
    m.pressure_io_full_ratio,
    m.pressure_irq_full_ratio,
    m.memory_used_ratio,
    m.memory_used_legacy_ratio,
    m.memory_used_without_hugepages_ratio,
    m.memory_used_without_zfs_cache_ratio,
    m.swap_in_bytes_per_second,
    m.swap_out_bytes_per_second,
    m.disk_read_bytes_per_second,
    m.disk_write_bytes_per_second,
    m.disk_read_requests_per_second,
    m.disk_write_requests_per_second,
    m.disk_busy_ratio,
    m.disk_latency_seconds,
    m.network_receive_bytes_per_second,
    m.network_transmit_bytes_per_second,
    m.cpu_temperature_celsius,
    m.cpu_temperature_limit_celsius,
    m.board_temperature_celsius,
    m.cpu_online_count,
    m.running_count,
    m.blocked_count,
    m.oom_kill_count,
    m.ksm_run,
    m.memory_estimated,
    m.domain_count,
    m.domain_active_count,
    m.health_score,
    m.health_state,
    m.health_reasons
FROM host_samples AS m
JOIN hosts AS h USING (host_id);

CREATE VIEW domain_metrics AS
SELECT
    m.sampled_at AS time,
    m.domain_id,
    d.uuid,
    d.name,
    m.host_id,
    h.host,
    m.memory_assigned_bytes,
    m.memory_maximum_bytes,
    m.memory_guest_total_bytes,
    m.memory_used_bytes,
    m.memory_resident_bytes,
    m.interval_seconds,
    m.detail_interval_seconds,
    m.cpu_cores,
    m.cpu_ratio,
    m.cpu_user_cores,
    m.cpu_system_cores,
    m.vcpu_cores,
    m.cpu_overhead_cores,
    m.steal_ratio,
    m.memory_used_ratio,
    m.memory_age_seconds,
    m.swap_in_bytes_per_second,
    m.swap_out_bytes_per_second,
    m.major_faults_per_second,
    m.block_read_bytes_per_second,
    m.block_write_bytes_per_second,
    m.block_read_requests_per_second,
    m.block_write_requests_per_second,
    m.block_latency_seconds,
    m.network_receive_bytes_per_second,
    m.network_transmit_bytes_per_second,
    m.vcpu_count,
    m.state,
    m.state_reason,
    m.outcome
FROM domain_samples AS m
JOIN domains AS d USING (domain_id)
LEFT JOIN hosts AS h ON h.host_id = m.host_id;

CREATE VIEW events_named AS
SELECT
    e.occurred_at AS time,
    e.host_id,
    h.host,
    e.domain_id,
    coalesce(e.domain_name, d.name) AS domain_name,
    e.kind,
    e.detail,
    e.attributes
FROM events AS e
JOIN hosts AS h USING (host_id)
LEFT JOIN domains AS d ON d.domain_id = e.domain_id;

CREATE VIEW residency_named AS
SELECT
    r.domain_id,
    d.uuid,
    d.name,
    r.host_id,
    h.host,
    r.valid_from,
    r.valid_to,
    r.how
FROM residency AS r
JOIN domains AS d USING (domain_id)
JOIN hosts AS h ON h.host_id = r.host_id;

-- How each publisher fares, from its newest batch. The report is found by its key: one index probe a host.
CREATE VIEW pipeline_now AS
SELECT
    h.host_id,
    h.host,
    h.publisher_version,
    l.sampled_at,
    l.received_at,
    l.tick_seconds,
    extract(epoch FROM now() - l.sampled_at)::double precision AS staleness_seconds,
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
