-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what hosts and their VMs send at a time, as it is stored; each host has four disks, four interfaces and four
-- file systems. Parameters: at
INSERT INTO kvmgrid.publisher_reports (
    host_id, sampled_at, received_at, epoch, sequence, boot_id, publisher_version, tick_seconds, spool_message_count,
    spool_bytes, dropped_message_count, missed_tick_count, hypervisor_state, abandoned_call_count, collectors
)
SELECT host_id, %(at)s, %(at)s, 'epoch', extract(epoch FROM %(at)s)::bigint, 'boot', '0', 10, 1, 900, 0, 0, 'connected', 0, '[]'
FROM kvmgrid.hosts;

INSERT INTO kvmgrid.host_samples (
    host_id, sampled_at, memory_used_ratio, memory_total_bytes, memory_available_bytes, cpu_busy_ratio, uptime_seconds,
    pressure_cpu_some_ratio, pressure_memory_full_ratio, pressure_io_full_ratio, disk_busy_ratio, disk_latency_seconds,
    swap_in_bytes_per_second, swap_out_bytes_per_second, oom_kill_count, health_state, health_reasons
)
SELECT
    host_id, %(at)s, random() * 0.9, 1e11, 5e10, random() * 0.95, 1e6, random() * 0.3, 0, 0, random(), random() * 0.01,
    0, 0, 0, 'good', '[]'
FROM kvmgrid.hosts;

INSERT INTO kvmgrid.host_latest (host_id, sampled_at, received_at, tick_seconds, hypervisor_state, collectors, health_state, health_reasons)
SELECT host_id, %(at)s, %(at)s, 10, 'connected', '[]', 'good', '[]' FROM kvmgrid.hosts
ON CONFLICT (host_id) DO UPDATE SET sampled_at = excluded.sampled_at, received_at = excluded.received_at;

INSERT INTO kvmgrid.host_disk_samples (
    host_id, device, sampled_at, leaf, latency_seconds, busy_ratio, read_requests_per_second, write_requests_per_second
)
SELECT host_id, 'sd' || part, %(at)s, true, random() * 0.04, random(), 10, 10
FROM kvmgrid.hosts CROSS JOIN generate_series(1, 4) AS part;

INSERT INTO kvmgrid.host_interface_samples (
    host_id, device, sampled_at, physical, receive_packets_per_second, transmit_packets_per_second,
    receive_errors_per_second, transmit_errors_per_second
)
SELECT host_id, 'eth' || part, %(at)s, true, 1000, 1000, 0, 0
FROM kvmgrid.hosts CROSS JOIN generate_series(1, 4) AS part;

INSERT INTO kvmgrid.host_filesystem_samples (host_id, path, sampled_at, total_bytes, available_bytes)
SELECT host_id, '/' || part, %(at)s, 1e12, 1e12 * (0.2 + random() * 0.6)
FROM kvmgrid.hosts CROSS JOIN generate_series(1, 4) AS part;

INSERT INTO kvmgrid.domain_samples (
    domain_id, sampled_at, host_id, cpu_cores, steal_ratio, memory_used_ratio, memory_age_seconds, swap_in_bytes_per_second,
    swap_out_bytes_per_second, major_faults_per_second, block_latency_seconds, block_read_requests_per_second, state,
    state_reason, outcome
)
SELECT domain_id, %(at)s, host_id, random(), random() * 0.04, random() * 0.9, 5, 0, 0, random(), random() * 0.02, 10, 1, 1, 'ok'
FROM kvmgrid.domains
