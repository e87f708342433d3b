-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one host in a range, averaged per bucket with least and greatest values. A bucket has one or more of a level.
-- Parameters: host_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (host_samples_1m, _5m, _1h or _1d)
-- Columns: one HostPoint each; time_seconds is the start of the bucket, interval_seconds the least of its samples
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    min(interval_seconds_min)::double precision AS interval_seconds,
    max(interval_seconds_max)::double precision AS interval_seconds_max,
    sum(cpu_busy_ratio_sum) / nullif(sum(cpu_busy_ratio_count), 0) AS cpu_busy_ratio,
    sum(cpu_guest_ratio_sum) / nullif(sum(cpu_guest_ratio_count), 0) AS cpu_guest_ratio,
    sum(cpu_user_ratio_sum) / nullif(sum(cpu_user_ratio_count), 0) AS cpu_user_ratio,
    sum(cpu_system_ratio_sum) / nullif(sum(cpu_system_ratio_count), 0) AS cpu_system_ratio,
    sum(cpu_interrupt_ratio_sum) / nullif(sum(cpu_interrupt_ratio_count), 0) AS cpu_interrupt_ratio,
    sum(cpu_steal_ratio_sum) / nullif(sum(cpu_steal_ratio_count), 0) AS cpu_steal_ratio,
    sum(cpu_iowait_ratio_sum) / nullif(sum(cpu_iowait_ratio_count), 0) AS cpu_iowait_ratio,
    sum(memory_total_bytes_sum) / nullif(sum(memory_total_bytes_count), 0) AS memory_total_bytes,
    sum(memory_available_bytes_sum) / nullif(sum(memory_available_bytes_count), 0) AS memory_available_bytes,
    sum(memory_used_ratio_sum) / nullif(sum(memory_used_ratio_count), 0) AS memory_used_ratio,
    sum(memory_used_legacy_ratio_sum) / nullif(sum(memory_used_legacy_ratio_count), 0) AS memory_used_legacy_ratio,
    sum(swap_used_bytes_sum) / nullif(sum(swap_used_bytes_count), 0) AS swap_used_bytes,
    sum(disk_read_bytes_per_second_sum) / nullif(sum(disk_read_bytes_per_second_count), 0) AS disk_read_bytes_per_second,
    sum(disk_write_bytes_per_second_sum) / nullif(sum(disk_write_bytes_per_second_count), 0) AS disk_write_bytes_per_second,
    sum(disk_busy_ratio_sum) / nullif(sum(disk_busy_ratio_count), 0) AS disk_busy_ratio,
    sum(disk_latency_seconds_sum) / nullif(sum(disk_latency_seconds_count), 0) AS disk_latency_seconds,
    sum(network_receive_bytes_per_second_sum) / nullif(sum(network_receive_bytes_per_second_count), 0) AS network_receive_bytes_per_second,
    sum(network_transmit_bytes_per_second_sum)
    / nullif(sum(network_transmit_bytes_per_second_count), 0) AS network_transmit_bytes_per_second,
    sum(pressure_cpu_some_ratio_sum) / nullif(sum(pressure_cpu_some_ratio_count), 0) AS pressure_cpu_some_ratio,
    sum(pressure_memory_some_ratio_sum) / nullif(sum(pressure_memory_some_ratio_count), 0) AS pressure_memory_some_ratio,
    sum(pressure_memory_full_ratio_sum) / nullif(sum(pressure_memory_full_ratio_count), 0) AS pressure_memory_full_ratio,
    sum(pressure_io_some_ratio_sum) / nullif(sum(pressure_io_some_ratio_count), 0) AS pressure_io_some_ratio,
    sum(pressure_io_full_ratio_sum) / nullif(sum(pressure_io_full_ratio_count), 0) AS pressure_io_full_ratio,
    sum(cpu_temperature_celsius_sum) / nullif(sum(cpu_temperature_celsius_count), 0) AS cpu_temperature_celsius,
    sum(board_temperature_celsius_sum) / nullif(sum(board_temperature_celsius_count), 0) AS board_temperature_celsius,
    min(cpu_busy_ratio_min)::double precision AS cpu_busy_ratio_min,
    max(cpu_busy_ratio_max)::double precision AS cpu_busy_ratio_max,
    min(memory_available_bytes_min)::double precision AS memory_available_bytes_min,
    max(memory_available_bytes_max)::double precision AS memory_available_bytes_max,
    min(memory_used_ratio_min)::double precision AS memory_used_ratio_min,
    max(memory_used_ratio_max)::double precision AS memory_used_ratio_max,
    min(disk_read_bytes_per_second_min)::double precision AS disk_read_bytes_per_second_min,
    max(disk_read_bytes_per_second_max)::double precision AS disk_read_bytes_per_second_max,
    min(disk_write_bytes_per_second_min)::double precision AS disk_write_bytes_per_second_min,
    max(disk_write_bytes_per_second_max)::double precision AS disk_write_bytes_per_second_max,
    min(disk_busy_ratio_min)::double precision AS disk_busy_ratio_min,
    max(disk_busy_ratio_max)::double precision AS disk_busy_ratio_max,
    min(disk_latency_seconds_min)::double precision AS disk_latency_seconds_min,
    max(disk_latency_seconds_max)::double precision AS disk_latency_seconds_max,
    min(network_receive_bytes_per_second_min)::double precision AS network_receive_bytes_per_second_min,
    max(network_receive_bytes_per_second_max)::double precision AS network_receive_bytes_per_second_max,
    min(network_transmit_bytes_per_second_min)::double precision AS network_transmit_bytes_per_second_min,
    max(network_transmit_bytes_per_second_max)::double precision AS network_transmit_bytes_per_second_max,
    min(cpu_temperature_celsius_min)::double precision AS cpu_temperature_celsius_min,
    max(cpu_temperature_celsius_max)::double precision AS cpu_temperature_celsius_max
FROM {view}
WHERE host_id = %(host_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
