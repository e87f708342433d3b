-- SPDX-License-Identifier: Apache-2.0
-- Rollups of 1 minute, 5 minutes, 1 hour and 1 day, Community edition: continuous aggregates, each over the next
-- finer one. All are real-time: what is not materialised yet is added from the level below at the time of
-- reading, so that a page sees the running bucket on every level, as in the Apache edition.
-- Each metric gives count, sum, min and max, never only an average: sum / count is the mean of any union of
-- buckets. Sums are double precision, because real would lose digits within an hour.
-- WITH NO DATA: the policies of 0006 fill them; the view answers correctly from the first moment.

CREATE MATERIALIZED VIEW host_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    host_id,
    count(*) AS sample_count,
    count(memory_total_bytes) AS memory_total_bytes_count, sum(memory_total_bytes::double precision) AS memory_total_bytes_sum, min(memory_total_bytes) AS memory_total_bytes_min, max(memory_total_bytes) AS memory_total_bytes_max,
    count(memory_available_bytes) AS memory_available_bytes_count, sum(memory_available_bytes::double precision) AS memory_available_bytes_sum, min(memory_available_bytes) AS memory_available_bytes_min, max(memory_available_bytes) AS memory_available_bytes_max,
    count(memory_free_bytes) AS memory_free_bytes_count, sum(memory_free_bytes::double precision) AS memory_free_bytes_sum, min(memory_free_bytes) AS memory_free_bytes_min, max(memory_free_bytes) AS memory_free_bytes_max,
    count(memory_buffers_bytes) AS memory_buffers_bytes_count, sum(memory_buffers_bytes::double precision) AS memory_buffers_bytes_sum, min(memory_buffers_bytes) AS memory_buffers_bytes_min, max(memory_buffers_bytes) AS memory_buffers_bytes_max,
    count(memory_cached_bytes) AS memory_cached_bytes_count, sum(memory_cached_bytes::double precision) AS memory_cached_bytes_sum, min(memory_cached_bytes) AS memory_cached_bytes_min, max(memory_cached_bytes) AS memory_cached_bytes_max,
    count(memory_reclaimable_bytes) AS memory_reclaimable_bytes_count, sum(memory_reclaimable_bytes::double precision) AS memory_reclaimable_bytes_sum, min(memory_reclaimable_bytes) AS memory_reclaimable_bytes_min, max(memory_reclaimable_bytes) AS memory_reclaimable_bytes_max,
    count(memory_shared_bytes) AS memory_shared_bytes_count, sum(memory_shared_bytes::double precision) AS memory_shared_bytes_sum, min(memory_shared_bytes) AS memory_shared_bytes_min, max(memory_shared_bytes) AS memory_shared_bytes_max,
    count(hugepage_total_bytes) AS hugepage_total_bytes_count, sum(hugepage_total_bytes::double precision) AS hugepage_total_bytes_sum, min(hugepage_total_bytes) AS hugepage_total_bytes_min, max(hugepage_total_bytes) AS hugepage_total_bytes_max,
    count(hugepage_free_bytes) AS hugepage_free_bytes_count, sum(hugepage_free_bytes::double precision) AS hugepage_free_bytes_sum, min(hugepage_free_bytes) AS hugepage_free_bytes_min, max(hugepage_free_bytes) AS hugepage_free_bytes_max,
    count(hugepage_reserved_bytes) AS hugepage_reserved_bytes_count, sum(hugepage_reserved_bytes::double precision) AS hugepage_reserved_bytes_sum, min(hugepage_reserved_bytes) AS hugepage_reserved_bytes_min, max(hugepage_reserved_bytes) AS hugepage_reserved_bytes_max,
    count(hugepage_surplus_bytes) AS hugepage_surplus_bytes_count, sum(hugepage_surplus_bytes::double precision) AS hugepage_surplus_bytes_sum, min(hugepage_surplus_bytes) AS hugepage_surplus_bytes_min, max(hugepage_surplus_bytes) AS hugepage_surplus_bytes_max,
    count(ksm_shared_bytes) AS ksm_shared_bytes_count, sum(ksm_shared_bytes::double precision) AS ksm_shared_bytes_sum, min(ksm_shared_bytes) AS ksm_shared_bytes_min, max(ksm_shared_bytes) AS ksm_shared_bytes_max,
    count(ksm_saved_bytes) AS ksm_saved_bytes_count, sum(ksm_saved_bytes::double precision) AS ksm_saved_bytes_sum, min(ksm_saved_bytes) AS ksm_saved_bytes_min, max(ksm_saved_bytes) AS ksm_saved_bytes_max,
    count(ksm_profit_bytes) AS ksm_profit_bytes_count, sum(ksm_profit_bytes::double precision) AS ksm_profit_bytes_sum, min(ksm_profit_bytes) AS ksm_profit_bytes_min, max(ksm_profit_bytes) AS ksm_profit_bytes_max,
    count(zfs_cache_bytes) AS zfs_cache_bytes_count, sum(zfs_cache_bytes::double precision) AS zfs_cache_bytes_sum, min(zfs_cache_bytes) AS zfs_cache_bytes_min, max(zfs_cache_bytes) AS zfs_cache_bytes_max,
    count(zfs_reclaimable_bytes) AS zfs_reclaimable_bytes_count, sum(zfs_reclaimable_bytes::double precision) AS zfs_reclaimable_bytes_sum, min(zfs_reclaimable_bytes) AS zfs_reclaimable_bytes_min, max(zfs_reclaimable_bytes) AS zfs_reclaimable_bytes_max,
    count(swap_total_bytes) AS swap_total_bytes_count, sum(swap_total_bytes::double precision) AS swap_total_bytes_sum, min(swap_total_bytes) AS swap_total_bytes_min, max(swap_total_bytes) AS swap_total_bytes_max,
    count(swap_used_bytes) AS swap_used_bytes_count, sum(swap_used_bytes::double precision) AS swap_used_bytes_sum, min(swap_used_bytes) AS swap_used_bytes_min, max(swap_used_bytes) AS swap_used_bytes_max,
    count(uptime_seconds) AS uptime_seconds_count, sum(uptime_seconds::double precision) AS uptime_seconds_sum, min(uptime_seconds) AS uptime_seconds_min, max(uptime_seconds) AS uptime_seconds_max,
    count(interval_seconds) AS interval_seconds_count, sum(interval_seconds::double precision) AS interval_seconds_sum, min(interval_seconds) AS interval_seconds_min, max(interval_seconds) AS interval_seconds_max,
    count(cpu_busy_ratio) AS cpu_busy_ratio_count, sum(cpu_busy_ratio::double precision) AS cpu_busy_ratio_sum, min(cpu_busy_ratio) AS cpu_busy_ratio_min, max(cpu_busy_ratio) AS cpu_busy_ratio_max,
    count(cpu_guest_ratio) AS cpu_guest_ratio_count, sum(cpu_guest_ratio::double precision) AS cpu_guest_ratio_sum, min(cpu_guest_ratio) AS cpu_guest_ratio_min, max(cpu_guest_ratio) AS cpu_guest_ratio_max,
    count(cpu_user_ratio) AS cpu_user_ratio_count, sum(cpu_user_ratio::double precision) AS cpu_user_ratio_sum, min(cpu_user_ratio) AS cpu_user_ratio_min, max(cpu_user_ratio) AS cpu_user_ratio_max,
    count(cpu_system_ratio) AS cpu_system_ratio_count, sum(cpu_system_ratio::double precision) AS cpu_system_ratio_sum, min(cpu_system_ratio) AS cpu_system_ratio_min, max(cpu_system_ratio) AS cpu_system_ratio_max,
    count(cpu_interrupt_ratio) AS cpu_interrupt_ratio_count, sum(cpu_interrupt_ratio::double precision) AS cpu_interrupt_ratio_sum, min(cpu_interrupt_ratio) AS cpu_interrupt_ratio_min, max(cpu_interrupt_ratio) AS cpu_interrupt_ratio_max,
    count(cpu_steal_ratio) AS cpu_steal_ratio_count, sum(cpu_steal_ratio::double precision) AS cpu_steal_ratio_sum, min(cpu_steal_ratio) AS cpu_steal_ratio_min, max(cpu_steal_ratio) AS cpu_steal_ratio_max,
    count(cpu_iowait_ratio) AS cpu_iowait_ratio_count, sum(cpu_iowait_ratio::double precision) AS cpu_iowait_ratio_sum, min(cpu_iowait_ratio) AS cpu_iowait_ratio_min, max(cpu_iowait_ratio) AS cpu_iowait_ratio_max,
    count(load_1m) AS load_1m_count, sum(load_1m::double precision) AS load_1m_sum, min(load_1m) AS load_1m_min, max(load_1m) AS load_1m_max,
    count(load_5m) AS load_5m_count, sum(load_5m::double precision) AS load_5m_sum, min(load_5m) AS load_5m_min, max(load_5m) AS load_5m_max,
    count(load_15m) AS load_15m_count, sum(load_15m::double precision) AS load_15m_sum, min(load_15m) AS load_15m_min, max(load_15m) AS load_15m_max,
    count(pressure_cpu_some_ratio) AS pressure_cpu_some_ratio_count, sum(pressure_cpu_some_ratio::double precision) AS pressure_cpu_some_ratio_sum, min(pressure_cpu_some_ratio) AS pressure_cpu_some_ratio_min, max(pressure_cpu_some_ratio) AS pressure_cpu_some_ratio_max,
    count(pressure_memory_some_ratio) AS pressure_memory_some_ratio_count, sum(pressure_memory_some_ratio::double precision) AS pressure_memory_some_ratio_sum, min(pressure_memory_some_ratio) AS pressure_memory_some_ratio_min, max(pressure_memory_some_ratio) AS pressure_memory_some_ratio_max,
    count(pressure_memory_full_ratio) AS pressure_memory_full_ratio_count, sum(pressure_memory_full_ratio::double precision) AS pressure_memory_full_ratio_sum, min(pressure_memory_full_ratio) AS pressure_memory_full_ratio_min, max(pressure_memory_full_ratio) AS pressure_memory_full_ratio_max,
    count(pressure_io_some_ratio) AS pressure_io_some_ratio_count, sum(pressure_io_some_ratio::double precision) AS pressure_io_some_ratio_sum, min(pressure_io_some_ratio) AS pressure_io_some_ratio_min, max(pressure_io_some_ratio) AS pressure_io_some_ratio_max,
    count(pressure_io_full_ratio) AS pressure_io_full_ratio_count, sum(pressure_io_full_ratio::double precision) AS pressure_io_full_ratio_sum, min(pressure_io_full_ratio) AS pressure_io_full_ratio_min, max(pressure_io_full_ratio) AS pressure_io_full_ratio_max,
    count(pressure_irq_full_ratio) AS pressure_irq_full_ratio_count, sum(pressure_irq_full_ratio::double precision) AS pressure_irq_full_ratio_sum, min(pressure_irq_full_ratio) AS pressure_irq_full_ratio_min, max(pressure_irq_full_ratio) AS pressure_irq_full_ratio_max,
    count(memory_used_ratio) AS memory_used_ratio_count, sum(memory_used_ratio::double precision) AS memory_used_ratio_sum, min(memory_used_ratio) AS memory_used_ratio_min, max(memory_used_ratio) AS memory_used_ratio_max,
    count(memory_used_legacy_ratio) AS memory_used_legacy_ratio_count, sum(memory_used_legacy_ratio::double precision) AS memory_used_legacy_ratio_sum, min(memory_used_legacy_ratio) AS memory_used_legacy_ratio_min, max(memory_used_legacy_ratio) AS memory_used_legacy_ratio_max,
    count(memory_used_without_hugepages_ratio) AS memory_used_without_hugepages_ratio_count, sum(memory_used_without_hugepages_ratio::double precision) AS memory_used_without_hugepages_ratio_sum, min(memory_used_without_hugepages_ratio) AS memory_used_without_hugepages_ratio_min, max(memory_used_without_hugepages_ratio) AS memory_used_without_hugepages_ratio_max,
    count(memory_used_without_zfs_cache_ratio) AS memory_used_without_zfs_cache_ratio_count, sum(memory_used_without_zfs_cache_ratio::double precision) AS memory_used_without_zfs_cache_ratio_sum, min(memory_used_without_zfs_cache_ratio) AS memory_used_without_zfs_cache_ratio_min, max(memory_used_without_zfs_cache_ratio) AS memory_used_without_zfs_cache_ratio_max,
    count(swap_in_bytes_per_second) AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second::double precision) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second) AS swap_in_bytes_per_second_max,
    count(swap_out_bytes_per_second) AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second::double precision) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second) AS swap_out_bytes_per_second_max,
    count(disk_read_bytes_per_second) AS disk_read_bytes_per_second_count, sum(disk_read_bytes_per_second::double precision) AS disk_read_bytes_per_second_sum, min(disk_read_bytes_per_second) AS disk_read_bytes_per_second_min, max(disk_read_bytes_per_second) AS disk_read_bytes_per_second_max,
    count(disk_write_bytes_per_second) AS disk_write_bytes_per_second_count, sum(disk_write_bytes_per_second::double precision) AS disk_write_bytes_per_second_sum, min(disk_write_bytes_per_second) AS disk_write_bytes_per_second_min, max(disk_write_bytes_per_second) AS disk_write_bytes_per_second_max,
    count(disk_read_requests_per_second) AS disk_read_requests_per_second_count, sum(disk_read_requests_per_second::double precision) AS disk_read_requests_per_second_sum, min(disk_read_requests_per_second) AS disk_read_requests_per_second_min, max(disk_read_requests_per_second) AS disk_read_requests_per_second_max,
    count(disk_write_requests_per_second) AS disk_write_requests_per_second_count, sum(disk_write_requests_per_second::double precision) AS disk_write_requests_per_second_sum, min(disk_write_requests_per_second) AS disk_write_requests_per_second_min, max(disk_write_requests_per_second) AS disk_write_requests_per_second_max,
    count(disk_busy_ratio) AS disk_busy_ratio_count, sum(disk_busy_ratio::double precision) AS disk_busy_ratio_sum, min(disk_busy_ratio) AS disk_busy_ratio_min, max(disk_busy_ratio) AS disk_busy_ratio_max,
    count(disk_latency_seconds) AS disk_latency_seconds_count, sum(disk_latency_seconds::double precision) AS disk_latency_seconds_sum, min(disk_latency_seconds) AS disk_latency_seconds_min, max(disk_latency_seconds) AS disk_latency_seconds_max,
    count(network_receive_bytes_per_second) AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second::double precision) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second) AS network_receive_bytes_per_second_max,
    count(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second::double precision) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_max,
    count(cpu_temperature_celsius) AS cpu_temperature_celsius_count, sum(cpu_temperature_celsius::double precision) AS cpu_temperature_celsius_sum, min(cpu_temperature_celsius) AS cpu_temperature_celsius_min, max(cpu_temperature_celsius) AS cpu_temperature_celsius_max,
    count(cpu_temperature_limit_celsius) AS cpu_temperature_limit_celsius_count, sum(cpu_temperature_limit_celsius::double precision) AS cpu_temperature_limit_celsius_sum, min(cpu_temperature_limit_celsius) AS cpu_temperature_limit_celsius_min, max(cpu_temperature_limit_celsius) AS cpu_temperature_limit_celsius_max,
    count(board_temperature_celsius) AS board_temperature_celsius_count, sum(board_temperature_celsius::double precision) AS board_temperature_celsius_sum, min(board_temperature_celsius) AS board_temperature_celsius_min, max(board_temperature_celsius) AS board_temperature_celsius_max,
    count(cpu_online_count) AS cpu_online_count_count, sum(cpu_online_count::double precision) AS cpu_online_count_sum, min(cpu_online_count) AS cpu_online_count_min, max(cpu_online_count) AS cpu_online_count_max,
    count(running_count) AS running_count_count, sum(running_count::double precision) AS running_count_sum, min(running_count) AS running_count_min, max(running_count) AS running_count_max,
    count(blocked_count) AS blocked_count_count, sum(blocked_count::double precision) AS blocked_count_sum, min(blocked_count) AS blocked_count_min, max(blocked_count) AS blocked_count_max,
    count(oom_kill_count) AS oom_kill_count_count, sum(oom_kill_count::double precision) AS oom_kill_count_sum, min(oom_kill_count) AS oom_kill_count_min, max(oom_kill_count) AS oom_kill_count_max,
    count(domain_count) AS domain_count_count, sum(domain_count::double precision) AS domain_count_sum, min(domain_count) AS domain_count_min, max(domain_count) AS domain_count_max,
    count(domain_active_count) AS domain_active_count_count, sum(domain_active_count::double precision) AS domain_active_count_sum, min(domain_active_count) AS domain_active_count_min, max(domain_active_count) AS domain_active_count_max,
    count(health_score) AS health_score_count, sum(health_score::double precision) AS health_score_sum, min(health_score) AS health_score_min, max(health_score) AS health_score_max
FROM host_samples
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW host_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    host_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_total_bytes_count)::bigint AS memory_total_bytes_count, sum(memory_total_bytes_sum) AS memory_total_bytes_sum, min(memory_total_bytes_min) AS memory_total_bytes_min, max(memory_total_bytes_max) AS memory_total_bytes_max,
    sum(memory_available_bytes_count)::bigint AS memory_available_bytes_count, sum(memory_available_bytes_sum) AS memory_available_bytes_sum, min(memory_available_bytes_min) AS memory_available_bytes_min, max(memory_available_bytes_max) AS memory_available_bytes_max,
    sum(memory_free_bytes_count)::bigint AS memory_free_bytes_count, sum(memory_free_bytes_sum) AS memory_free_bytes_sum, min(memory_free_bytes_min) AS memory_free_bytes_min, max(memory_free_bytes_max) AS memory_free_bytes_max,
    sum(memory_buffers_bytes_count)::bigint AS memory_buffers_bytes_count, sum(memory_buffers_bytes_sum) AS memory_buffers_bytes_sum, min(memory_buffers_bytes_min) AS memory_buffers_bytes_min, max(memory_buffers_bytes_max) AS memory_buffers_bytes_max,
    sum(memory_cached_bytes_count)::bigint AS memory_cached_bytes_count, sum(memory_cached_bytes_sum) AS memory_cached_bytes_sum, min(memory_cached_bytes_min) AS memory_cached_bytes_min, max(memory_cached_bytes_max) AS memory_cached_bytes_max,
    sum(memory_reclaimable_bytes_count)::bigint AS memory_reclaimable_bytes_count, sum(memory_reclaimable_bytes_sum) AS memory_reclaimable_bytes_sum, min(memory_reclaimable_bytes_min) AS memory_reclaimable_bytes_min, max(memory_reclaimable_bytes_max) AS memory_reclaimable_bytes_max,
    sum(memory_shared_bytes_count)::bigint AS memory_shared_bytes_count, sum(memory_shared_bytes_sum) AS memory_shared_bytes_sum, min(memory_shared_bytes_min) AS memory_shared_bytes_min, max(memory_shared_bytes_max) AS memory_shared_bytes_max,
    sum(hugepage_total_bytes_count)::bigint AS hugepage_total_bytes_count, sum(hugepage_total_bytes_sum) AS hugepage_total_bytes_sum, min(hugepage_total_bytes_min) AS hugepage_total_bytes_min, max(hugepage_total_bytes_max) AS hugepage_total_bytes_max,
    sum(hugepage_free_bytes_count)::bigint AS hugepage_free_bytes_count, sum(hugepage_free_bytes_sum) AS hugepage_free_bytes_sum, min(hugepage_free_bytes_min) AS hugepage_free_bytes_min, max(hugepage_free_bytes_max) AS hugepage_free_bytes_max,
    sum(hugepage_reserved_bytes_count)::bigint AS hugepage_reserved_bytes_count, sum(hugepage_reserved_bytes_sum) AS hugepage_reserved_bytes_sum, min(hugepage_reserved_bytes_min) AS hugepage_reserved_bytes_min, max(hugepage_reserved_bytes_max) AS hugepage_reserved_bytes_max,
    sum(hugepage_surplus_bytes_count)::bigint AS hugepage_surplus_bytes_count, sum(hugepage_surplus_bytes_sum) AS hugepage_surplus_bytes_sum, min(hugepage_surplus_bytes_min) AS hugepage_surplus_bytes_min, max(hugepage_surplus_bytes_max) AS hugepage_surplus_bytes_max,
    sum(ksm_shared_bytes_count)::bigint AS ksm_shared_bytes_count, sum(ksm_shared_bytes_sum) AS ksm_shared_bytes_sum, min(ksm_shared_bytes_min) AS ksm_shared_bytes_min, max(ksm_shared_bytes_max) AS ksm_shared_bytes_max,
    sum(ksm_saved_bytes_count)::bigint AS ksm_saved_bytes_count, sum(ksm_saved_bytes_sum) AS ksm_saved_bytes_sum, min(ksm_saved_bytes_min) AS ksm_saved_bytes_min, max(ksm_saved_bytes_max) AS ksm_saved_bytes_max,
    sum(ksm_profit_bytes_count)::bigint AS ksm_profit_bytes_count, sum(ksm_profit_bytes_sum) AS ksm_profit_bytes_sum, min(ksm_profit_bytes_min) AS ksm_profit_bytes_min, max(ksm_profit_bytes_max) AS ksm_profit_bytes_max,
    sum(zfs_cache_bytes_count)::bigint AS zfs_cache_bytes_count, sum(zfs_cache_bytes_sum) AS zfs_cache_bytes_sum, min(zfs_cache_bytes_min) AS zfs_cache_bytes_min, max(zfs_cache_bytes_max) AS zfs_cache_bytes_max,
    sum(zfs_reclaimable_bytes_count)::bigint AS zfs_reclaimable_bytes_count, sum(zfs_reclaimable_bytes_sum) AS zfs_reclaimable_bytes_sum, min(zfs_reclaimable_bytes_min) AS zfs_reclaimable_bytes_min, max(zfs_reclaimable_bytes_max) AS zfs_reclaimable_bytes_max,
    sum(swap_total_bytes_count)::bigint AS swap_total_bytes_count, sum(swap_total_bytes_sum) AS swap_total_bytes_sum, min(swap_total_bytes_min) AS swap_total_bytes_min, max(swap_total_bytes_max) AS swap_total_bytes_max,
    sum(swap_used_bytes_count)::bigint AS swap_used_bytes_count, sum(swap_used_bytes_sum) AS swap_used_bytes_sum, min(swap_used_bytes_min) AS swap_used_bytes_min, max(swap_used_bytes_max) AS swap_used_bytes_max,
    sum(uptime_seconds_count)::bigint AS uptime_seconds_count, sum(uptime_seconds_sum) AS uptime_seconds_sum, min(uptime_seconds_min) AS uptime_seconds_min, max(uptime_seconds_max) AS uptime_seconds_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(cpu_busy_ratio_count)::bigint AS cpu_busy_ratio_count, sum(cpu_busy_ratio_sum) AS cpu_busy_ratio_sum, min(cpu_busy_ratio_min) AS cpu_busy_ratio_min, max(cpu_busy_ratio_max) AS cpu_busy_ratio_max,
    sum(cpu_guest_ratio_count)::bigint AS cpu_guest_ratio_count, sum(cpu_guest_ratio_sum) AS cpu_guest_ratio_sum, min(cpu_guest_ratio_min) AS cpu_guest_ratio_min, max(cpu_guest_ratio_max) AS cpu_guest_ratio_max,
    sum(cpu_user_ratio_count)::bigint AS cpu_user_ratio_count, sum(cpu_user_ratio_sum) AS cpu_user_ratio_sum, min(cpu_user_ratio_min) AS cpu_user_ratio_min, max(cpu_user_ratio_max) AS cpu_user_ratio_max,
    sum(cpu_system_ratio_count)::bigint AS cpu_system_ratio_count, sum(cpu_system_ratio_sum) AS cpu_system_ratio_sum, min(cpu_system_ratio_min) AS cpu_system_ratio_min, max(cpu_system_ratio_max) AS cpu_system_ratio_max,
    sum(cpu_interrupt_ratio_count)::bigint AS cpu_interrupt_ratio_count, sum(cpu_interrupt_ratio_sum) AS cpu_interrupt_ratio_sum, min(cpu_interrupt_ratio_min) AS cpu_interrupt_ratio_min, max(cpu_interrupt_ratio_max) AS cpu_interrupt_ratio_max,
    sum(cpu_steal_ratio_count)::bigint AS cpu_steal_ratio_count, sum(cpu_steal_ratio_sum) AS cpu_steal_ratio_sum, min(cpu_steal_ratio_min) AS cpu_steal_ratio_min, max(cpu_steal_ratio_max) AS cpu_steal_ratio_max,
    sum(cpu_iowait_ratio_count)::bigint AS cpu_iowait_ratio_count, sum(cpu_iowait_ratio_sum) AS cpu_iowait_ratio_sum, min(cpu_iowait_ratio_min) AS cpu_iowait_ratio_min, max(cpu_iowait_ratio_max) AS cpu_iowait_ratio_max,
    sum(load_1m_count)::bigint AS load_1m_count, sum(load_1m_sum) AS load_1m_sum, min(load_1m_min) AS load_1m_min, max(load_1m_max) AS load_1m_max,
    sum(load_5m_count)::bigint AS load_5m_count, sum(load_5m_sum) AS load_5m_sum, min(load_5m_min) AS load_5m_min, max(load_5m_max) AS load_5m_max,
    sum(load_15m_count)::bigint AS load_15m_count, sum(load_15m_sum) AS load_15m_sum, min(load_15m_min) AS load_15m_min, max(load_15m_max) AS load_15m_max,
    sum(pressure_cpu_some_ratio_count)::bigint AS pressure_cpu_some_ratio_count, sum(pressure_cpu_some_ratio_sum) AS pressure_cpu_some_ratio_sum, min(pressure_cpu_some_ratio_min) AS pressure_cpu_some_ratio_min, max(pressure_cpu_some_ratio_max) AS pressure_cpu_some_ratio_max,
    sum(pressure_memory_some_ratio_count)::bigint AS pressure_memory_some_ratio_count, sum(pressure_memory_some_ratio_sum) AS pressure_memory_some_ratio_sum, min(pressure_memory_some_ratio_min) AS pressure_memory_some_ratio_min, max(pressure_memory_some_ratio_max) AS pressure_memory_some_ratio_max,
    sum(pressure_memory_full_ratio_count)::bigint AS pressure_memory_full_ratio_count, sum(pressure_memory_full_ratio_sum) AS pressure_memory_full_ratio_sum, min(pressure_memory_full_ratio_min) AS pressure_memory_full_ratio_min, max(pressure_memory_full_ratio_max) AS pressure_memory_full_ratio_max,
    sum(pressure_io_some_ratio_count)::bigint AS pressure_io_some_ratio_count, sum(pressure_io_some_ratio_sum) AS pressure_io_some_ratio_sum, min(pressure_io_some_ratio_min) AS pressure_io_some_ratio_min, max(pressure_io_some_ratio_max) AS pressure_io_some_ratio_max,
    sum(pressure_io_full_ratio_count)::bigint AS pressure_io_full_ratio_count, sum(pressure_io_full_ratio_sum) AS pressure_io_full_ratio_sum, min(pressure_io_full_ratio_min) AS pressure_io_full_ratio_min, max(pressure_io_full_ratio_max) AS pressure_io_full_ratio_max,
    sum(pressure_irq_full_ratio_count)::bigint AS pressure_irq_full_ratio_count, sum(pressure_irq_full_ratio_sum) AS pressure_irq_full_ratio_sum, min(pressure_irq_full_ratio_min) AS pressure_irq_full_ratio_min, max(pressure_irq_full_ratio_max) AS pressure_irq_full_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_used_legacy_ratio_count)::bigint AS memory_used_legacy_ratio_count, sum(memory_used_legacy_ratio_sum) AS memory_used_legacy_ratio_sum, min(memory_used_legacy_ratio_min) AS memory_used_legacy_ratio_min, max(memory_used_legacy_ratio_max) AS memory_used_legacy_ratio_max,
    sum(memory_used_without_hugepages_ratio_count)::bigint AS memory_used_without_hugepages_ratio_count, sum(memory_used_without_hugepages_ratio_sum) AS memory_used_without_hugepages_ratio_sum, min(memory_used_without_hugepages_ratio_min) AS memory_used_without_hugepages_ratio_min, max(memory_used_without_hugepages_ratio_max) AS memory_used_without_hugepages_ratio_max,
    sum(memory_used_without_zfs_cache_ratio_count)::bigint AS memory_used_without_zfs_cache_ratio_count, sum(memory_used_without_zfs_cache_ratio_sum) AS memory_used_without_zfs_cache_ratio_sum, min(memory_used_without_zfs_cache_ratio_min) AS memory_used_without_zfs_cache_ratio_min, max(memory_used_without_zfs_cache_ratio_max) AS memory_used_without_zfs_cache_ratio_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(disk_read_bytes_per_second_count)::bigint AS disk_read_bytes_per_second_count, sum(disk_read_bytes_per_second_sum) AS disk_read_bytes_per_second_sum, min(disk_read_bytes_per_second_min) AS disk_read_bytes_per_second_min, max(disk_read_bytes_per_second_max) AS disk_read_bytes_per_second_max,
    sum(disk_write_bytes_per_second_count)::bigint AS disk_write_bytes_per_second_count, sum(disk_write_bytes_per_second_sum) AS disk_write_bytes_per_second_sum, min(disk_write_bytes_per_second_min) AS disk_write_bytes_per_second_min, max(disk_write_bytes_per_second_max) AS disk_write_bytes_per_second_max,
    sum(disk_read_requests_per_second_count)::bigint AS disk_read_requests_per_second_count, sum(disk_read_requests_per_second_sum) AS disk_read_requests_per_second_sum, min(disk_read_requests_per_second_min) AS disk_read_requests_per_second_min, max(disk_read_requests_per_second_max) AS disk_read_requests_per_second_max,
    sum(disk_write_requests_per_second_count)::bigint AS disk_write_requests_per_second_count, sum(disk_write_requests_per_second_sum) AS disk_write_requests_per_second_sum, min(disk_write_requests_per_second_min) AS disk_write_requests_per_second_min, max(disk_write_requests_per_second_max) AS disk_write_requests_per_second_max,
    sum(disk_busy_ratio_count)::bigint AS disk_busy_ratio_count, sum(disk_busy_ratio_sum) AS disk_busy_ratio_sum, min(disk_busy_ratio_min) AS disk_busy_ratio_min, max(disk_busy_ratio_max) AS disk_busy_ratio_max,
    sum(disk_latency_seconds_count)::bigint AS disk_latency_seconds_count, sum(disk_latency_seconds_sum) AS disk_latency_seconds_sum, min(disk_latency_seconds_min) AS disk_latency_seconds_min, max(disk_latency_seconds_max) AS disk_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(cpu_temperature_celsius_count)::bigint AS cpu_temperature_celsius_count, sum(cpu_temperature_celsius_sum) AS cpu_temperature_celsius_sum, min(cpu_temperature_celsius_min) AS cpu_temperature_celsius_min, max(cpu_temperature_celsius_max) AS cpu_temperature_celsius_max,
    sum(cpu_temperature_limit_celsius_count)::bigint AS cpu_temperature_limit_celsius_count, sum(cpu_temperature_limit_celsius_sum) AS cpu_temperature_limit_celsius_sum, min(cpu_temperature_limit_celsius_min) AS cpu_temperature_limit_celsius_min, max(cpu_temperature_limit_celsius_max) AS cpu_temperature_limit_celsius_max,
    sum(board_temperature_celsius_count)::bigint AS board_temperature_celsius_count, sum(board_temperature_celsius_sum) AS board_temperature_celsius_sum, min(board_temperature_celsius_min) AS board_temperature_celsius_min, max(board_temperature_celsius_max) AS board_temperature_celsius_max,
    sum(cpu_online_count_count)::bigint AS cpu_online_count_count, sum(cpu_online_count_sum) AS cpu_online_count_sum, min(cpu_online_count_min) AS cpu_online_count_min, max(cpu_online_count_max) AS cpu_online_count_max,
    sum(running_count_count)::bigint AS running_count_count, sum(running_count_sum) AS running_count_sum, min(running_count_min) AS running_count_min, max(running_count_max) AS running_count_max,
    sum(blocked_count_count)::bigint AS blocked_count_count, sum(blocked_count_sum) AS blocked_count_sum, min(blocked_count_min) AS blocked_count_min, max(blocked_count_max) AS blocked_count_max,
    sum(oom_kill_count_count)::bigint AS oom_kill_count_count, sum(oom_kill_count_sum) AS oom_kill_count_sum, min(oom_kill_count_min) AS oom_kill_count_min, max(oom_kill_count_max) AS oom_kill_count_max,
    sum(domain_count_count)::bigint AS domain_count_count, sum(domain_count_sum) AS domain_count_sum, min(domain_count_min) AS domain_count_min, max(domain_count_max) AS domain_count_max,
    sum(domain_active_count_count)::bigint AS domain_active_count_count, sum(domain_active_count_sum) AS domain_active_count_sum, min(domain_active_count_min) AS domain_active_count_min, max(domain_active_count_max) AS domain_active_count_max,
    sum(health_score_count)::bigint AS health_score_count, sum(health_score_sum) AS health_score_sum, min(health_score_min) AS health_score_min, max(health_score_max) AS health_score_max
FROM host_samples_1m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW host_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    host_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_total_bytes_count)::bigint AS memory_total_bytes_count, sum(memory_total_bytes_sum) AS memory_total_bytes_sum, min(memory_total_bytes_min) AS memory_total_bytes_min, max(memory_total_bytes_max) AS memory_total_bytes_max,
    sum(memory_available_bytes_count)::bigint AS memory_available_bytes_count, sum(memory_available_bytes_sum) AS memory_available_bytes_sum, min(memory_available_bytes_min) AS memory_available_bytes_min, max(memory_available_bytes_max) AS memory_available_bytes_max,
    sum(memory_free_bytes_count)::bigint AS memory_free_bytes_count, sum(memory_free_bytes_sum) AS memory_free_bytes_sum, min(memory_free_bytes_min) AS memory_free_bytes_min, max(memory_free_bytes_max) AS memory_free_bytes_max,
    sum(memory_buffers_bytes_count)::bigint AS memory_buffers_bytes_count, sum(memory_buffers_bytes_sum) AS memory_buffers_bytes_sum, min(memory_buffers_bytes_min) AS memory_buffers_bytes_min, max(memory_buffers_bytes_max) AS memory_buffers_bytes_max,
    sum(memory_cached_bytes_count)::bigint AS memory_cached_bytes_count, sum(memory_cached_bytes_sum) AS memory_cached_bytes_sum, min(memory_cached_bytes_min) AS memory_cached_bytes_min, max(memory_cached_bytes_max) AS memory_cached_bytes_max,
    sum(memory_reclaimable_bytes_count)::bigint AS memory_reclaimable_bytes_count, sum(memory_reclaimable_bytes_sum) AS memory_reclaimable_bytes_sum, min(memory_reclaimable_bytes_min) AS memory_reclaimable_bytes_min, max(memory_reclaimable_bytes_max) AS memory_reclaimable_bytes_max,
    sum(memory_shared_bytes_count)::bigint AS memory_shared_bytes_count, sum(memory_shared_bytes_sum) AS memory_shared_bytes_sum, min(memory_shared_bytes_min) AS memory_shared_bytes_min, max(memory_shared_bytes_max) AS memory_shared_bytes_max,
    sum(hugepage_total_bytes_count)::bigint AS hugepage_total_bytes_count, sum(hugepage_total_bytes_sum) AS hugepage_total_bytes_sum, min(hugepage_total_bytes_min) AS hugepage_total_bytes_min, max(hugepage_total_bytes_max) AS hugepage_total_bytes_max,
    sum(hugepage_free_bytes_count)::bigint AS hugepage_free_bytes_count, sum(hugepage_free_bytes_sum) AS hugepage_free_bytes_sum, min(hugepage_free_bytes_min) AS hugepage_free_bytes_min, max(hugepage_free_bytes_max) AS hugepage_free_bytes_max,
    sum(hugepage_reserved_bytes_count)::bigint AS hugepage_reserved_bytes_count, sum(hugepage_reserved_bytes_sum) AS hugepage_reserved_bytes_sum, min(hugepage_reserved_bytes_min) AS hugepage_reserved_bytes_min, max(hugepage_reserved_bytes_max) AS hugepage_reserved_bytes_max,
    sum(hugepage_surplus_bytes_count)::bigint AS hugepage_surplus_bytes_count, sum(hugepage_surplus_bytes_sum) AS hugepage_surplus_bytes_sum, min(hugepage_surplus_bytes_min) AS hugepage_surplus_bytes_min, max(hugepage_surplus_bytes_max) AS hugepage_surplus_bytes_max,
    sum(ksm_shared_bytes_count)::bigint AS ksm_shared_bytes_count, sum(ksm_shared_bytes_sum) AS ksm_shared_bytes_sum, min(ksm_shared_bytes_min) AS ksm_shared_bytes_min, max(ksm_shared_bytes_max) AS ksm_shared_bytes_max,
    sum(ksm_saved_bytes_count)::bigint AS ksm_saved_bytes_count, sum(ksm_saved_bytes_sum) AS ksm_saved_bytes_sum, min(ksm_saved_bytes_min) AS ksm_saved_bytes_min, max(ksm_saved_bytes_max) AS ksm_saved_bytes_max,
    sum(ksm_profit_bytes_count)::bigint AS ksm_profit_bytes_count, sum(ksm_profit_bytes_sum) AS ksm_profit_bytes_sum, min(ksm_profit_bytes_min) AS ksm_profit_bytes_min, max(ksm_profit_bytes_max) AS ksm_profit_bytes_max,
    sum(zfs_cache_bytes_count)::bigint AS zfs_cache_bytes_count, sum(zfs_cache_bytes_sum) AS zfs_cache_bytes_sum, min(zfs_cache_bytes_min) AS zfs_cache_bytes_min, max(zfs_cache_bytes_max) AS zfs_cache_bytes_max,
    sum(zfs_reclaimable_bytes_count)::bigint AS zfs_reclaimable_bytes_count, sum(zfs_reclaimable_bytes_sum) AS zfs_reclaimable_bytes_sum, min(zfs_reclaimable_bytes_min) AS zfs_reclaimable_bytes_min, max(zfs_reclaimable_bytes_max) AS zfs_reclaimable_bytes_max,
    sum(swap_total_bytes_count)::bigint AS swap_total_bytes_count, sum(swap_total_bytes_sum) AS swap_total_bytes_sum, min(swap_total_bytes_min) AS swap_total_bytes_min, max(swap_total_bytes_max) AS swap_total_bytes_max,
    sum(swap_used_bytes_count)::bigint AS swap_used_bytes_count, sum(swap_used_bytes_sum) AS swap_used_bytes_sum, min(swap_used_bytes_min) AS swap_used_bytes_min, max(swap_used_bytes_max) AS swap_used_bytes_max,
    sum(uptime_seconds_count)::bigint AS uptime_seconds_count, sum(uptime_seconds_sum) AS uptime_seconds_sum, min(uptime_seconds_min) AS uptime_seconds_min, max(uptime_seconds_max) AS uptime_seconds_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(cpu_busy_ratio_count)::bigint AS cpu_busy_ratio_count, sum(cpu_busy_ratio_sum) AS cpu_busy_ratio_sum, min(cpu_busy_ratio_min) AS cpu_busy_ratio_min, max(cpu_busy_ratio_max) AS cpu_busy_ratio_max,
    sum(cpu_guest_ratio_count)::bigint AS cpu_guest_ratio_count, sum(cpu_guest_ratio_sum) AS cpu_guest_ratio_sum, min(cpu_guest_ratio_min) AS cpu_guest_ratio_min, max(cpu_guest_ratio_max) AS cpu_guest_ratio_max,
    sum(cpu_user_ratio_count)::bigint AS cpu_user_ratio_count, sum(cpu_user_ratio_sum) AS cpu_user_ratio_sum, min(cpu_user_ratio_min) AS cpu_user_ratio_min, max(cpu_user_ratio_max) AS cpu_user_ratio_max,
    sum(cpu_system_ratio_count)::bigint AS cpu_system_ratio_count, sum(cpu_system_ratio_sum) AS cpu_system_ratio_sum, min(cpu_system_ratio_min) AS cpu_system_ratio_min, max(cpu_system_ratio_max) AS cpu_system_ratio_max,
    sum(cpu_interrupt_ratio_count)::bigint AS cpu_interrupt_ratio_count, sum(cpu_interrupt_ratio_sum) AS cpu_interrupt_ratio_sum, min(cpu_interrupt_ratio_min) AS cpu_interrupt_ratio_min, max(cpu_interrupt_ratio_max) AS cpu_interrupt_ratio_max,
    sum(cpu_steal_ratio_count)::bigint AS cpu_steal_ratio_count, sum(cpu_steal_ratio_sum) AS cpu_steal_ratio_sum, min(cpu_steal_ratio_min) AS cpu_steal_ratio_min, max(cpu_steal_ratio_max) AS cpu_steal_ratio_max,
    sum(cpu_iowait_ratio_count)::bigint AS cpu_iowait_ratio_count, sum(cpu_iowait_ratio_sum) AS cpu_iowait_ratio_sum, min(cpu_iowait_ratio_min) AS cpu_iowait_ratio_min, max(cpu_iowait_ratio_max) AS cpu_iowait_ratio_max,
    sum(load_1m_count)::bigint AS load_1m_count, sum(load_1m_sum) AS load_1m_sum, min(load_1m_min) AS load_1m_min, max(load_1m_max) AS load_1m_max,
    sum(load_5m_count)::bigint AS load_5m_count, sum(load_5m_sum) AS load_5m_sum, min(load_5m_min) AS load_5m_min, max(load_5m_max) AS load_5m_max,
    sum(load_15m_count)::bigint AS load_15m_count, sum(load_15m_sum) AS load_15m_sum, min(load_15m_min) AS load_15m_min, max(load_15m_max) AS load_15m_max,
    sum(pressure_cpu_some_ratio_count)::bigint AS pressure_cpu_some_ratio_count, sum(pressure_cpu_some_ratio_sum) AS pressure_cpu_some_ratio_sum, min(pressure_cpu_some_ratio_min) AS pressure_cpu_some_ratio_min, max(pressure_cpu_some_ratio_max) AS pressure_cpu_some_ratio_max,
    sum(pressure_memory_some_ratio_count)::bigint AS pressure_memory_some_ratio_count, sum(pressure_memory_some_ratio_sum) AS pressure_memory_some_ratio_sum, min(pressure_memory_some_ratio_min) AS pressure_memory_some_ratio_min, max(pressure_memory_some_ratio_max) AS pressure_memory_some_ratio_max,
    sum(pressure_memory_full_ratio_count)::bigint AS pressure_memory_full_ratio_count, sum(pressure_memory_full_ratio_sum) AS pressure_memory_full_ratio_sum, min(pressure_memory_full_ratio_min) AS pressure_memory_full_ratio_min, max(pressure_memory_full_ratio_max) AS pressure_memory_full_ratio_max,
    sum(pressure_io_some_ratio_count)::bigint AS pressure_io_some_ratio_count, sum(pressure_io_some_ratio_sum) AS pressure_io_some_ratio_sum, min(pressure_io_some_ratio_min) AS pressure_io_some_ratio_min, max(pressure_io_some_ratio_max) AS pressure_io_some_ratio_max,
    sum(pressure_io_full_ratio_count)::bigint AS pressure_io_full_ratio_count, sum(pressure_io_full_ratio_sum) AS pressure_io_full_ratio_sum, min(pressure_io_full_ratio_min) AS pressure_io_full_ratio_min, max(pressure_io_full_ratio_max) AS pressure_io_full_ratio_max,
    sum(pressure_irq_full_ratio_count)::bigint AS pressure_irq_full_ratio_count, sum(pressure_irq_full_ratio_sum) AS pressure_irq_full_ratio_sum, min(pressure_irq_full_ratio_min) AS pressure_irq_full_ratio_min, max(pressure_irq_full_ratio_max) AS pressure_irq_full_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_used_legacy_ratio_count)::bigint AS memory_used_legacy_ratio_count, sum(memory_used_legacy_ratio_sum) AS memory_used_legacy_ratio_sum, min(memory_used_legacy_ratio_min) AS memory_used_legacy_ratio_min, max(memory_used_legacy_ratio_max) AS memory_used_legacy_ratio_max,
    sum(memory_used_without_hugepages_ratio_count)::bigint AS memory_used_without_hugepages_ratio_count, sum(memory_used_without_hugepages_ratio_sum) AS memory_used_without_hugepages_ratio_sum, min(memory_used_without_hugepages_ratio_min) AS memory_used_without_hugepages_ratio_min, max(memory_used_without_hugepages_ratio_max) AS memory_used_without_hugepages_ratio_max,
    sum(memory_used_without_zfs_cache_ratio_count)::bigint AS memory_used_without_zfs_cache_ratio_count, sum(memory_used_without_zfs_cache_ratio_sum) AS memory_used_without_zfs_cache_ratio_sum, min(memory_used_without_zfs_cache_ratio_min) AS memory_used_without_zfs_cache_ratio_min, max(memory_used_without_zfs_cache_ratio_max) AS memory_used_without_zfs_cache_ratio_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(disk_read_bytes_per_second_count)::bigint AS disk_read_bytes_per_second_count, sum(disk_read_bytes_per_second_sum) AS disk_read_bytes_per_second_sum, min(disk_read_bytes_per_second_min) AS disk_read_bytes_per_second_min, max(disk_read_bytes_per_second_max) AS disk_read_bytes_per_second_max,
    sum(disk_write_bytes_per_second_count)::bigint AS disk_write_bytes_per_second_count, sum(disk_write_bytes_per_second_sum) AS disk_write_bytes_per_second_sum, min(disk_write_bytes_per_second_min) AS disk_write_bytes_per_second_min, max(disk_write_bytes_per_second_max) AS disk_write_bytes_per_second_max,
    sum(disk_read_requests_per_second_count)::bigint AS disk_read_requests_per_second_count, sum(disk_read_requests_per_second_sum) AS disk_read_requests_per_second_sum, min(disk_read_requests_per_second_min) AS disk_read_requests_per_second_min, max(disk_read_requests_per_second_max) AS disk_read_requests_per_second_max,
    sum(disk_write_requests_per_second_count)::bigint AS disk_write_requests_per_second_count, sum(disk_write_requests_per_second_sum) AS disk_write_requests_per_second_sum, min(disk_write_requests_per_second_min) AS disk_write_requests_per_second_min, max(disk_write_requests_per_second_max) AS disk_write_requests_per_second_max,
    sum(disk_busy_ratio_count)::bigint AS disk_busy_ratio_count, sum(disk_busy_ratio_sum) AS disk_busy_ratio_sum, min(disk_busy_ratio_min) AS disk_busy_ratio_min, max(disk_busy_ratio_max) AS disk_busy_ratio_max,
    sum(disk_latency_seconds_count)::bigint AS disk_latency_seconds_count, sum(disk_latency_seconds_sum) AS disk_latency_seconds_sum, min(disk_latency_seconds_min) AS disk_latency_seconds_min, max(disk_latency_seconds_max) AS disk_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(cpu_temperature_celsius_count)::bigint AS cpu_temperature_celsius_count, sum(cpu_temperature_celsius_sum) AS cpu_temperature_celsius_sum, min(cpu_temperature_celsius_min) AS cpu_temperature_celsius_min, max(cpu_temperature_celsius_max) AS cpu_temperature_celsius_max,
    sum(cpu_temperature_limit_celsius_count)::bigint AS cpu_temperature_limit_celsius_count, sum(cpu_temperature_limit_celsius_sum) AS cpu_temperature_limit_celsius_sum, min(cpu_temperature_limit_celsius_min) AS cpu_temperature_limit_celsius_min, max(cpu_temperature_limit_celsius_max) AS cpu_temperature_limit_celsius_max,
    sum(board_temperature_celsius_count)::bigint AS board_temperature_celsius_count, sum(board_temperature_celsius_sum) AS board_temperature_celsius_sum, min(board_temperature_celsius_min) AS board_temperature_celsius_min, max(board_temperature_celsius_max) AS board_temperature_celsius_max,
    sum(cpu_online_count_count)::bigint AS cpu_online_count_count, sum(cpu_online_count_sum) AS cpu_online_count_sum, min(cpu_online_count_min) AS cpu_online_count_min, max(cpu_online_count_max) AS cpu_online_count_max,
    sum(running_count_count)::bigint AS running_count_count, sum(running_count_sum) AS running_count_sum, min(running_count_min) AS running_count_min, max(running_count_max) AS running_count_max,
    sum(blocked_count_count)::bigint AS blocked_count_count, sum(blocked_count_sum) AS blocked_count_sum, min(blocked_count_min) AS blocked_count_min, max(blocked_count_max) AS blocked_count_max,
    sum(oom_kill_count_count)::bigint AS oom_kill_count_count, sum(oom_kill_count_sum) AS oom_kill_count_sum, min(oom_kill_count_min) AS oom_kill_count_min, max(oom_kill_count_max) AS oom_kill_count_max,
    sum(domain_count_count)::bigint AS domain_count_count, sum(domain_count_sum) AS domain_count_sum, min(domain_count_min) AS domain_count_min, max(domain_count_max) AS domain_count_max,
    sum(domain_active_count_count)::bigint AS domain_active_count_count, sum(domain_active_count_sum) AS domain_active_count_sum, min(domain_active_count_min) AS domain_active_count_min, max(domain_active_count_max) AS domain_active_count_max,
    sum(health_score_count)::bigint AS health_score_count, sum(health_score_sum) AS health_score_sum, min(health_score_min) AS health_score_min, max(health_score_max) AS health_score_max
FROM host_samples_5m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW host_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    host_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_total_bytes_count)::bigint AS memory_total_bytes_count, sum(memory_total_bytes_sum) AS memory_total_bytes_sum, min(memory_total_bytes_min) AS memory_total_bytes_min, max(memory_total_bytes_max) AS memory_total_bytes_max,
    sum(memory_available_bytes_count)::bigint AS memory_available_bytes_count, sum(memory_available_bytes_sum) AS memory_available_bytes_sum, min(memory_available_bytes_min) AS memory_available_bytes_min, max(memory_available_bytes_max) AS memory_available_bytes_max,
    sum(memory_free_bytes_count)::bigint AS memory_free_bytes_count, sum(memory_free_bytes_sum) AS memory_free_bytes_sum, min(memory_free_bytes_min) AS memory_free_bytes_min, max(memory_free_bytes_max) AS memory_free_bytes_max,
    sum(memory_buffers_bytes_count)::bigint AS memory_buffers_bytes_count, sum(memory_buffers_bytes_sum) AS memory_buffers_bytes_sum, min(memory_buffers_bytes_min) AS memory_buffers_bytes_min, max(memory_buffers_bytes_max) AS memory_buffers_bytes_max,
    sum(memory_cached_bytes_count)::bigint AS memory_cached_bytes_count, sum(memory_cached_bytes_sum) AS memory_cached_bytes_sum, min(memory_cached_bytes_min) AS memory_cached_bytes_min, max(memory_cached_bytes_max) AS memory_cached_bytes_max,
    sum(memory_reclaimable_bytes_count)::bigint AS memory_reclaimable_bytes_count, sum(memory_reclaimable_bytes_sum) AS memory_reclaimable_bytes_sum, min(memory_reclaimable_bytes_min) AS memory_reclaimable_bytes_min, max(memory_reclaimable_bytes_max) AS memory_reclaimable_bytes_max,
    sum(memory_shared_bytes_count)::bigint AS memory_shared_bytes_count, sum(memory_shared_bytes_sum) AS memory_shared_bytes_sum, min(memory_shared_bytes_min) AS memory_shared_bytes_min, max(memory_shared_bytes_max) AS memory_shared_bytes_max,
    sum(hugepage_total_bytes_count)::bigint AS hugepage_total_bytes_count, sum(hugepage_total_bytes_sum) AS hugepage_total_bytes_sum, min(hugepage_total_bytes_min) AS hugepage_total_bytes_min, max(hugepage_total_bytes_max) AS hugepage_total_bytes_max,
    sum(hugepage_free_bytes_count)::bigint AS hugepage_free_bytes_count, sum(hugepage_free_bytes_sum) AS hugepage_free_bytes_sum, min(hugepage_free_bytes_min) AS hugepage_free_bytes_min, max(hugepage_free_bytes_max) AS hugepage_free_bytes_max,
    sum(hugepage_reserved_bytes_count)::bigint AS hugepage_reserved_bytes_count, sum(hugepage_reserved_bytes_sum) AS hugepage_reserved_bytes_sum, min(hugepage_reserved_bytes_min) AS hugepage_reserved_bytes_min, max(hugepage_reserved_bytes_max) AS hugepage_reserved_bytes_max,
    sum(hugepage_surplus_bytes_count)::bigint AS hugepage_surplus_bytes_count, sum(hugepage_surplus_bytes_sum) AS hugepage_surplus_bytes_sum, min(hugepage_surplus_bytes_min) AS hugepage_surplus_bytes_min, max(hugepage_surplus_bytes_max) AS hugepage_surplus_bytes_max,
    sum(ksm_shared_bytes_count)::bigint AS ksm_shared_bytes_count, sum(ksm_shared_bytes_sum) AS ksm_shared_bytes_sum, min(ksm_shared_bytes_min) AS ksm_shared_bytes_min, max(ksm_shared_bytes_max) AS ksm_shared_bytes_max,
    sum(ksm_saved_bytes_count)::bigint AS ksm_saved_bytes_count, sum(ksm_saved_bytes_sum) AS ksm_saved_bytes_sum, min(ksm_saved_bytes_min) AS ksm_saved_bytes_min, max(ksm_saved_bytes_max) AS ksm_saved_bytes_max,
    sum(ksm_profit_bytes_count)::bigint AS ksm_profit_bytes_count, sum(ksm_profit_bytes_sum) AS ksm_profit_bytes_sum, min(ksm_profit_bytes_min) AS ksm_profit_bytes_min, max(ksm_profit_bytes_max) AS ksm_profit_bytes_max,
    sum(zfs_cache_bytes_count)::bigint AS zfs_cache_bytes_count, sum(zfs_cache_bytes_sum) AS zfs_cache_bytes_sum, min(zfs_cache_bytes_min) AS zfs_cache_bytes_min, max(zfs_cache_bytes_max) AS zfs_cache_bytes_max,
    sum(zfs_reclaimable_bytes_count)::bigint AS zfs_reclaimable_bytes_count, sum(zfs_reclaimable_bytes_sum) AS zfs_reclaimable_bytes_sum, min(zfs_reclaimable_bytes_min) AS zfs_reclaimable_bytes_min, max(zfs_reclaimable_bytes_max) AS zfs_reclaimable_bytes_max,
    sum(swap_total_bytes_count)::bigint AS swap_total_bytes_count, sum(swap_total_bytes_sum) AS swap_total_bytes_sum, min(swap_total_bytes_min) AS swap_total_bytes_min, max(swap_total_bytes_max) AS swap_total_bytes_max,
    sum(swap_used_bytes_count)::bigint AS swap_used_bytes_count, sum(swap_used_bytes_sum) AS swap_used_bytes_sum, min(swap_used_bytes_min) AS swap_used_bytes_min, max(swap_used_bytes_max) AS swap_used_bytes_max,
    sum(uptime_seconds_count)::bigint AS uptime_seconds_count, sum(uptime_seconds_sum) AS uptime_seconds_sum, min(uptime_seconds_min) AS uptime_seconds_min, max(uptime_seconds_max) AS uptime_seconds_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(cpu_busy_ratio_count)::bigint AS cpu_busy_ratio_count, sum(cpu_busy_ratio_sum) AS cpu_busy_ratio_sum, min(cpu_busy_ratio_min) AS cpu_busy_ratio_min, max(cpu_busy_ratio_max) AS cpu_busy_ratio_max,
    sum(cpu_guest_ratio_count)::bigint AS cpu_guest_ratio_count, sum(cpu_guest_ratio_sum) AS cpu_guest_ratio_sum, min(cpu_guest_ratio_min) AS cpu_guest_ratio_min, max(cpu_guest_ratio_max) AS cpu_guest_ratio_max,
    sum(cpu_user_ratio_count)::bigint AS cpu_user_ratio_count, sum(cpu_user_ratio_sum) AS cpu_user_ratio_sum, min(cpu_user_ratio_min) AS cpu_user_ratio_min, max(cpu_user_ratio_max) AS cpu_user_ratio_max,
    sum(cpu_system_ratio_count)::bigint AS cpu_system_ratio_count, sum(cpu_system_ratio_sum) AS cpu_system_ratio_sum, min(cpu_system_ratio_min) AS cpu_system_ratio_min, max(cpu_system_ratio_max) AS cpu_system_ratio_max,
    sum(cpu_interrupt_ratio_count)::bigint AS cpu_interrupt_ratio_count, sum(cpu_interrupt_ratio_sum) AS cpu_interrupt_ratio_sum, min(cpu_interrupt_ratio_min) AS cpu_interrupt_ratio_min, max(cpu_interrupt_ratio_max) AS cpu_interrupt_ratio_max,
    sum(cpu_steal_ratio_count)::bigint AS cpu_steal_ratio_count, sum(cpu_steal_ratio_sum) AS cpu_steal_ratio_sum, min(cpu_steal_ratio_min) AS cpu_steal_ratio_min, max(cpu_steal_ratio_max) AS cpu_steal_ratio_max,
    sum(cpu_iowait_ratio_count)::bigint AS cpu_iowait_ratio_count, sum(cpu_iowait_ratio_sum) AS cpu_iowait_ratio_sum, min(cpu_iowait_ratio_min) AS cpu_iowait_ratio_min, max(cpu_iowait_ratio_max) AS cpu_iowait_ratio_max,
    sum(load_1m_count)::bigint AS load_1m_count, sum(load_1m_sum) AS load_1m_sum, min(load_1m_min) AS load_1m_min, max(load_1m_max) AS load_1m_max,
    sum(load_5m_count)::bigint AS load_5m_count, sum(load_5m_sum) AS load_5m_sum, min(load_5m_min) AS load_5m_min, max(load_5m_max) AS load_5m_max,
    sum(load_15m_count)::bigint AS load_15m_count, sum(load_15m_sum) AS load_15m_sum, min(load_15m_min) AS load_15m_min, max(load_15m_max) AS load_15m_max,
    sum(pressure_cpu_some_ratio_count)::bigint AS pressure_cpu_some_ratio_count, sum(pressure_cpu_some_ratio_sum) AS pressure_cpu_some_ratio_sum, min(pressure_cpu_some_ratio_min) AS pressure_cpu_some_ratio_min, max(pressure_cpu_some_ratio_max) AS pressure_cpu_some_ratio_max,
    sum(pressure_memory_some_ratio_count)::bigint AS pressure_memory_some_ratio_count, sum(pressure_memory_some_ratio_sum) AS pressure_memory_some_ratio_sum, min(pressure_memory_some_ratio_min) AS pressure_memory_some_ratio_min, max(pressure_memory_some_ratio_max) AS pressure_memory_some_ratio_max,
    sum(pressure_memory_full_ratio_count)::bigint AS pressure_memory_full_ratio_count, sum(pressure_memory_full_ratio_sum) AS pressure_memory_full_ratio_sum, min(pressure_memory_full_ratio_min) AS pressure_memory_full_ratio_min, max(pressure_memory_full_ratio_max) AS pressure_memory_full_ratio_max,
    sum(pressure_io_some_ratio_count)::bigint AS pressure_io_some_ratio_count, sum(pressure_io_some_ratio_sum) AS pressure_io_some_ratio_sum, min(pressure_io_some_ratio_min) AS pressure_io_some_ratio_min, max(pressure_io_some_ratio_max) AS pressure_io_some_ratio_max,
    sum(pressure_io_full_ratio_count)::bigint AS pressure_io_full_ratio_count, sum(pressure_io_full_ratio_sum) AS pressure_io_full_ratio_sum, min(pressure_io_full_ratio_min) AS pressure_io_full_ratio_min, max(pressure_io_full_ratio_max) AS pressure_io_full_ratio_max,
    sum(pressure_irq_full_ratio_count)::bigint AS pressure_irq_full_ratio_count, sum(pressure_irq_full_ratio_sum) AS pressure_irq_full_ratio_sum, min(pressure_irq_full_ratio_min) AS pressure_irq_full_ratio_min, max(pressure_irq_full_ratio_max) AS pressure_irq_full_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_used_legacy_ratio_count)::bigint AS memory_used_legacy_ratio_count, sum(memory_used_legacy_ratio_sum) AS memory_used_legacy_ratio_sum, min(memory_used_legacy_ratio_min) AS memory_used_legacy_ratio_min, max(memory_used_legacy_ratio_max) AS memory_used_legacy_ratio_max,
    sum(memory_used_without_hugepages_ratio_count)::bigint AS memory_used_without_hugepages_ratio_count, sum(memory_used_without_hugepages_ratio_sum) AS memory_used_without_hugepages_ratio_sum, min(memory_used_without_hugepages_ratio_min) AS memory_used_without_hugepages_ratio_min, max(memory_used_without_hugepages_ratio_max) AS memory_used_without_hugepages_ratio_max,
    sum(memory_used_without_zfs_cache_ratio_count)::bigint AS memory_used_without_zfs_cache_ratio_count, sum(memory_used_without_zfs_cache_ratio_sum) AS memory_used_without_zfs_cache_ratio_sum, min(memory_used_without_zfs_cache_ratio_min) AS memory_used_without_zfs_cache_ratio_min, max(memory_used_without_zfs_cache_ratio_max) AS memory_used_without_zfs_cache_ratio_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(disk_read_bytes_per_second_count)::bigint AS disk_read_bytes_per_second_count, sum(disk_read_bytes_per_second_sum) AS disk_read_bytes_per_second_sum, min(disk_read_bytes_per_second_min) AS disk_read_bytes_per_second_min, max(disk_read_bytes_per_second_max) AS disk_read_bytes_per_second_max,
    sum(disk_write_bytes_per_second_count)::bigint AS disk_write_bytes_per_second_count, sum(disk_write_bytes_per_second_sum) AS disk_write_bytes_per_second_sum, min(disk_write_bytes_per_second_min) AS disk_write_bytes_per_second_min, max(disk_write_bytes_per_second_max) AS disk_write_bytes_per_second_max,
    sum(disk_read_requests_per_second_count)::bigint AS disk_read_requests_per_second_count, sum(disk_read_requests_per_second_sum) AS disk_read_requests_per_second_sum, min(disk_read_requests_per_second_min) AS disk_read_requests_per_second_min, max(disk_read_requests_per_second_max) AS disk_read_requests_per_second_max,
    sum(disk_write_requests_per_second_count)::bigint AS disk_write_requests_per_second_count, sum(disk_write_requests_per_second_sum) AS disk_write_requests_per_second_sum, min(disk_write_requests_per_second_min) AS disk_write_requests_per_second_min, max(disk_write_requests_per_second_max) AS disk_write_requests_per_second_max,
    sum(disk_busy_ratio_count)::bigint AS disk_busy_ratio_count, sum(disk_busy_ratio_sum) AS disk_busy_ratio_sum, min(disk_busy_ratio_min) AS disk_busy_ratio_min, max(disk_busy_ratio_max) AS disk_busy_ratio_max,
    sum(disk_latency_seconds_count)::bigint AS disk_latency_seconds_count, sum(disk_latency_seconds_sum) AS disk_latency_seconds_sum, min(disk_latency_seconds_min) AS disk_latency_seconds_min, max(disk_latency_seconds_max) AS disk_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(cpu_temperature_celsius_count)::bigint AS cpu_temperature_celsius_count, sum(cpu_temperature_celsius_sum) AS cpu_temperature_celsius_sum, min(cpu_temperature_celsius_min) AS cpu_temperature_celsius_min, max(cpu_temperature_celsius_max) AS cpu_temperature_celsius_max,
    sum(cpu_temperature_limit_celsius_count)::bigint AS cpu_temperature_limit_celsius_count, sum(cpu_temperature_limit_celsius_sum) AS cpu_temperature_limit_celsius_sum, min(cpu_temperature_limit_celsius_min) AS cpu_temperature_limit_celsius_min, max(cpu_temperature_limit_celsius_max) AS cpu_temperature_limit_celsius_max,
    sum(board_temperature_celsius_count)::bigint AS board_temperature_celsius_count, sum(board_temperature_celsius_sum) AS board_temperature_celsius_sum, min(board_temperature_celsius_min) AS board_temperature_celsius_min, max(board_temperature_celsius_max) AS board_temperature_celsius_max,
    sum(cpu_online_count_count)::bigint AS cpu_online_count_count, sum(cpu_online_count_sum) AS cpu_online_count_sum, min(cpu_online_count_min) AS cpu_online_count_min, max(cpu_online_count_max) AS cpu_online_count_max,
    sum(running_count_count)::bigint AS running_count_count, sum(running_count_sum) AS running_count_sum, min(running_count_min) AS running_count_min, max(running_count_max) AS running_count_max,
    sum(blocked_count_count)::bigint AS blocked_count_count, sum(blocked_count_sum) AS blocked_count_sum, min(blocked_count_min) AS blocked_count_min, max(blocked_count_max) AS blocked_count_max,
    sum(oom_kill_count_count)::bigint AS oom_kill_count_count, sum(oom_kill_count_sum) AS oom_kill_count_sum, min(oom_kill_count_min) AS oom_kill_count_min, max(oom_kill_count_max) AS oom_kill_count_max,
    sum(domain_count_count)::bigint AS domain_count_count, sum(domain_count_sum) AS domain_count_sum, min(domain_count_min) AS domain_count_min, max(domain_count_max) AS domain_count_max,
    sum(domain_active_count_count)::bigint AS domain_active_count_count, sum(domain_active_count_sum) AS domain_active_count_sum, min(domain_active_count_min) AS domain_active_count_min, max(domain_active_count_max) AS domain_active_count_max,
    sum(health_score_count)::bigint AS health_score_count, sum(health_score_sum) AS health_score_sum, min(health_score_min) AS health_score_min, max(health_score_max) AS health_score_max
FROM host_samples_1h
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW host_disk_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    host_id,
    device,
    count(*) AS sample_count,
    count(in_flight_count) AS in_flight_count_count, sum(in_flight_count::double precision) AS in_flight_count_sum, min(in_flight_count) AS in_flight_count_min, max(in_flight_count) AS in_flight_count_max,
    count(read_bytes_per_second) AS read_bytes_per_second_count, sum(read_bytes_per_second::double precision) AS read_bytes_per_second_sum, min(read_bytes_per_second) AS read_bytes_per_second_min, max(read_bytes_per_second) AS read_bytes_per_second_max,
    count(write_bytes_per_second) AS write_bytes_per_second_count, sum(write_bytes_per_second::double precision) AS write_bytes_per_second_sum, min(write_bytes_per_second) AS write_bytes_per_second_min, max(write_bytes_per_second) AS write_bytes_per_second_max,
    count(read_requests_per_second) AS read_requests_per_second_count, sum(read_requests_per_second::double precision) AS read_requests_per_second_sum, min(read_requests_per_second) AS read_requests_per_second_min, max(read_requests_per_second) AS read_requests_per_second_max,
    count(write_requests_per_second) AS write_requests_per_second_count, sum(write_requests_per_second::double precision) AS write_requests_per_second_sum, min(write_requests_per_second) AS write_requests_per_second_min, max(write_requests_per_second) AS write_requests_per_second_max,
    count(busy_ratio) AS busy_ratio_count, sum(busy_ratio::double precision) AS busy_ratio_sum, min(busy_ratio) AS busy_ratio_min, max(busy_ratio) AS busy_ratio_max,
    count(queue_count) AS queue_count_count, sum(queue_count::double precision) AS queue_count_sum, min(queue_count) AS queue_count_min, max(queue_count) AS queue_count_max,
    count(latency_seconds) AS latency_seconds_count, sum(latency_seconds::double precision) AS latency_seconds_sum, min(latency_seconds) AS latency_seconds_min, max(latency_seconds) AS latency_seconds_max,
    count(read_latency_seconds) AS read_latency_seconds_count, sum(read_latency_seconds::double precision) AS read_latency_seconds_sum, min(read_latency_seconds) AS read_latency_seconds_min, max(read_latency_seconds) AS read_latency_seconds_max,
    count(write_latency_seconds) AS write_latency_seconds_count, sum(write_latency_seconds::double precision) AS write_latency_seconds_sum, min(write_latency_seconds) AS write_latency_seconds_min, max(write_latency_seconds) AS write_latency_seconds_max
FROM host_disk_samples
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_disk_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(in_flight_count_count)::bigint AS in_flight_count_count, sum(in_flight_count_sum) AS in_flight_count_sum, min(in_flight_count_min) AS in_flight_count_min, max(in_flight_count_max) AS in_flight_count_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(busy_ratio_count)::bigint AS busy_ratio_count, sum(busy_ratio_sum) AS busy_ratio_sum, min(busy_ratio_min) AS busy_ratio_min, max(busy_ratio_max) AS busy_ratio_max,
    sum(queue_count_count)::bigint AS queue_count_count, sum(queue_count_sum) AS queue_count_sum, min(queue_count_min) AS queue_count_min, max(queue_count_max) AS queue_count_max,
    sum(latency_seconds_count)::bigint AS latency_seconds_count, sum(latency_seconds_sum) AS latency_seconds_sum, min(latency_seconds_min) AS latency_seconds_min, max(latency_seconds_max) AS latency_seconds_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max
FROM host_disk_samples_1m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_disk_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(in_flight_count_count)::bigint AS in_flight_count_count, sum(in_flight_count_sum) AS in_flight_count_sum, min(in_flight_count_min) AS in_flight_count_min, max(in_flight_count_max) AS in_flight_count_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(busy_ratio_count)::bigint AS busy_ratio_count, sum(busy_ratio_sum) AS busy_ratio_sum, min(busy_ratio_min) AS busy_ratio_min, max(busy_ratio_max) AS busy_ratio_max,
    sum(queue_count_count)::bigint AS queue_count_count, sum(queue_count_sum) AS queue_count_sum, min(queue_count_min) AS queue_count_min, max(queue_count_max) AS queue_count_max,
    sum(latency_seconds_count)::bigint AS latency_seconds_count, sum(latency_seconds_sum) AS latency_seconds_sum, min(latency_seconds_min) AS latency_seconds_min, max(latency_seconds_max) AS latency_seconds_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max
FROM host_disk_samples_5m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_disk_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(in_flight_count_count)::bigint AS in_flight_count_count, sum(in_flight_count_sum) AS in_flight_count_sum, min(in_flight_count_min) AS in_flight_count_min, max(in_flight_count_max) AS in_flight_count_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(busy_ratio_count)::bigint AS busy_ratio_count, sum(busy_ratio_sum) AS busy_ratio_sum, min(busy_ratio_min) AS busy_ratio_min, max(busy_ratio_max) AS busy_ratio_max,
    sum(queue_count_count)::bigint AS queue_count_count, sum(queue_count_sum) AS queue_count_sum, min(queue_count_min) AS queue_count_min, max(queue_count_max) AS queue_count_max,
    sum(latency_seconds_count)::bigint AS latency_seconds_count, sum(latency_seconds_sum) AS latency_seconds_sum, min(latency_seconds_min) AS latency_seconds_min, max(latency_seconds_max) AS latency_seconds_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max
FROM host_disk_samples_1h
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_interface_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    host_id,
    device,
    count(*) AS sample_count,
    count(receive_bytes_per_second) AS receive_bytes_per_second_count, sum(receive_bytes_per_second::double precision) AS receive_bytes_per_second_sum, min(receive_bytes_per_second) AS receive_bytes_per_second_min, max(receive_bytes_per_second) AS receive_bytes_per_second_max,
    count(transmit_bytes_per_second) AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second::double precision) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second) AS transmit_bytes_per_second_max,
    count(receive_packets_per_second) AS receive_packets_per_second_count, sum(receive_packets_per_second::double precision) AS receive_packets_per_second_sum, min(receive_packets_per_second) AS receive_packets_per_second_min, max(receive_packets_per_second) AS receive_packets_per_second_max,
    count(transmit_packets_per_second) AS transmit_packets_per_second_count, sum(transmit_packets_per_second::double precision) AS transmit_packets_per_second_sum, min(transmit_packets_per_second) AS transmit_packets_per_second_min, max(transmit_packets_per_second) AS transmit_packets_per_second_max,
    count(receive_errors_per_second) AS receive_errors_per_second_count, sum(receive_errors_per_second::double precision) AS receive_errors_per_second_sum, min(receive_errors_per_second) AS receive_errors_per_second_min, max(receive_errors_per_second) AS receive_errors_per_second_max,
    count(transmit_errors_per_second) AS transmit_errors_per_second_count, sum(transmit_errors_per_second::double precision) AS transmit_errors_per_second_sum, min(transmit_errors_per_second) AS transmit_errors_per_second_min, max(transmit_errors_per_second) AS transmit_errors_per_second_max,
    count(receive_drops_per_second) AS receive_drops_per_second_count, sum(receive_drops_per_second::double precision) AS receive_drops_per_second_sum, min(receive_drops_per_second) AS receive_drops_per_second_min, max(receive_drops_per_second) AS receive_drops_per_second_max,
    count(transmit_drops_per_second) AS transmit_drops_per_second_count, sum(transmit_drops_per_second::double precision) AS transmit_drops_per_second_sum, min(transmit_drops_per_second) AS transmit_drops_per_second_min, max(transmit_drops_per_second) AS transmit_drops_per_second_max
FROM host_interface_samples
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_interface_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM host_interface_samples_1m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_interface_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM host_interface_samples_5m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_interface_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    host_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM host_interface_samples_1h
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_filesystem_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    host_id,
    path,
    count(*) AS sample_count,
    count(total_bytes) AS total_bytes_count, sum(total_bytes::double precision) AS total_bytes_sum, min(total_bytes) AS total_bytes_min, max(total_bytes) AS total_bytes_max,
    count(available_bytes) AS available_bytes_count, sum(available_bytes::double precision) AS available_bytes_sum, min(available_bytes) AS available_bytes_min, max(available_bytes) AS available_bytes_max
FROM host_filesystem_samples
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_filesystem_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    host_id,
    path,
    sum(sample_count)::bigint AS sample_count,
    sum(total_bytes_count)::bigint AS total_bytes_count, sum(total_bytes_sum) AS total_bytes_sum, min(total_bytes_min) AS total_bytes_min, max(total_bytes_max) AS total_bytes_max,
    sum(available_bytes_count)::bigint AS available_bytes_count, sum(available_bytes_sum) AS available_bytes_sum, min(available_bytes_min) AS available_bytes_min, max(available_bytes_max) AS available_bytes_max
FROM host_filesystem_samples_1m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_filesystem_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    host_id,
    path,
    sum(sample_count)::bigint AS sample_count,
    sum(total_bytes_count)::bigint AS total_bytes_count, sum(total_bytes_sum) AS total_bytes_sum, min(total_bytes_min) AS total_bytes_min, max(total_bytes_max) AS total_bytes_max,
    sum(available_bytes_count)::bigint AS available_bytes_count, sum(available_bytes_sum) AS available_bytes_sum, min(available_bytes_min) AS available_bytes_min, max(available_bytes_max) AS available_bytes_max
FROM host_filesystem_samples_5m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW host_filesystem_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    host_id,
    path,
    sum(sample_count)::bigint AS sample_count,
    sum(total_bytes_count)::bigint AS total_bytes_count, sum(total_bytes_sum) AS total_bytes_sum, min(total_bytes_min) AS total_bytes_min, max(total_bytes_max) AS total_bytes_max,
    sum(available_bytes_count)::bigint AS available_bytes_count, sum(available_bytes_sum) AS available_bytes_sum, min(available_bytes_min) AS available_bytes_min, max(available_bytes_max) AS available_bytes_max
FROM host_filesystem_samples_1h
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    domain_id,
    count(*) AS sample_count,
    count(memory_assigned_bytes) AS memory_assigned_bytes_count, sum(memory_assigned_bytes::double precision) AS memory_assigned_bytes_sum, min(memory_assigned_bytes) AS memory_assigned_bytes_min, max(memory_assigned_bytes) AS memory_assigned_bytes_max,
    count(memory_maximum_bytes) AS memory_maximum_bytes_count, sum(memory_maximum_bytes::double precision) AS memory_maximum_bytes_sum, min(memory_maximum_bytes) AS memory_maximum_bytes_min, max(memory_maximum_bytes) AS memory_maximum_bytes_max,
    count(memory_guest_total_bytes) AS memory_guest_total_bytes_count, sum(memory_guest_total_bytes::double precision) AS memory_guest_total_bytes_sum, min(memory_guest_total_bytes) AS memory_guest_total_bytes_min, max(memory_guest_total_bytes) AS memory_guest_total_bytes_max,
    count(memory_used_bytes) AS memory_used_bytes_count, sum(memory_used_bytes::double precision) AS memory_used_bytes_sum, min(memory_used_bytes) AS memory_used_bytes_min, max(memory_used_bytes) AS memory_used_bytes_max,
    count(memory_resident_bytes) AS memory_resident_bytes_count, sum(memory_resident_bytes::double precision) AS memory_resident_bytes_sum, min(memory_resident_bytes) AS memory_resident_bytes_min, max(memory_resident_bytes) AS memory_resident_bytes_max,
    count(interval_seconds) AS interval_seconds_count, sum(interval_seconds::double precision) AS interval_seconds_sum, min(interval_seconds) AS interval_seconds_min, max(interval_seconds) AS interval_seconds_max,
    count(detail_interval_seconds) AS detail_interval_seconds_count, sum(detail_interval_seconds::double precision) AS detail_interval_seconds_sum, min(detail_interval_seconds) AS detail_interval_seconds_min, max(detail_interval_seconds) AS detail_interval_seconds_max,
    count(cpu_cores) AS cpu_cores_count, sum(cpu_cores::double precision) AS cpu_cores_sum, min(cpu_cores) AS cpu_cores_min, max(cpu_cores) AS cpu_cores_max,
    count(cpu_ratio) AS cpu_ratio_count, sum(cpu_ratio::double precision) AS cpu_ratio_sum, min(cpu_ratio) AS cpu_ratio_min, max(cpu_ratio) AS cpu_ratio_max,
    count(cpu_user_cores) AS cpu_user_cores_count, sum(cpu_user_cores::double precision) AS cpu_user_cores_sum, min(cpu_user_cores) AS cpu_user_cores_min, max(cpu_user_cores) AS cpu_user_cores_max,
    count(cpu_system_cores) AS cpu_system_cores_count, sum(cpu_system_cores::double precision) AS cpu_system_cores_sum, min(cpu_system_cores) AS cpu_system_cores_min, max(cpu_system_cores) AS cpu_system_cores_max,
    count(vcpu_cores) AS vcpu_cores_count, sum(vcpu_cores::double precision) AS vcpu_cores_sum, min(vcpu_cores) AS vcpu_cores_min, max(vcpu_cores) AS vcpu_cores_max,
    count(cpu_overhead_cores) AS cpu_overhead_cores_count, sum(cpu_overhead_cores::double precision) AS cpu_overhead_cores_sum, min(cpu_overhead_cores) AS cpu_overhead_cores_min, max(cpu_overhead_cores) AS cpu_overhead_cores_max,
    count(steal_ratio) AS steal_ratio_count, sum(steal_ratio::double precision) AS steal_ratio_sum, min(steal_ratio) AS steal_ratio_min, max(steal_ratio) AS steal_ratio_max,
    count(memory_used_ratio) AS memory_used_ratio_count, sum(memory_used_ratio::double precision) AS memory_used_ratio_sum, min(memory_used_ratio) AS memory_used_ratio_min, max(memory_used_ratio) AS memory_used_ratio_max,
    count(memory_age_seconds) AS memory_age_seconds_count, sum(memory_age_seconds::double precision) AS memory_age_seconds_sum, min(memory_age_seconds) AS memory_age_seconds_min, max(memory_age_seconds) AS memory_age_seconds_max,
    count(swap_in_bytes_per_second) AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second::double precision) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second) AS swap_in_bytes_per_second_max,
    count(swap_out_bytes_per_second) AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second::double precision) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second) AS swap_out_bytes_per_second_max,
    count(major_faults_per_second) AS major_faults_per_second_count, sum(major_faults_per_second::double precision) AS major_faults_per_second_sum, min(major_faults_per_second) AS major_faults_per_second_min, max(major_faults_per_second) AS major_faults_per_second_max,
    count(block_read_bytes_per_second) AS block_read_bytes_per_second_count, sum(block_read_bytes_per_second::double precision) AS block_read_bytes_per_second_sum, min(block_read_bytes_per_second) AS block_read_bytes_per_second_min, max(block_read_bytes_per_second) AS block_read_bytes_per_second_max,
    count(block_write_bytes_per_second) AS block_write_bytes_per_second_count, sum(block_write_bytes_per_second::double precision) AS block_write_bytes_per_second_sum, min(block_write_bytes_per_second) AS block_write_bytes_per_second_min, max(block_write_bytes_per_second) AS block_write_bytes_per_second_max,
    count(block_read_requests_per_second) AS block_read_requests_per_second_count, sum(block_read_requests_per_second::double precision) AS block_read_requests_per_second_sum, min(block_read_requests_per_second) AS block_read_requests_per_second_min, max(block_read_requests_per_second) AS block_read_requests_per_second_max,
    count(block_write_requests_per_second) AS block_write_requests_per_second_count, sum(block_write_requests_per_second::double precision) AS block_write_requests_per_second_sum, min(block_write_requests_per_second) AS block_write_requests_per_second_min, max(block_write_requests_per_second) AS block_write_requests_per_second_max,
    count(block_latency_seconds) AS block_latency_seconds_count, sum(block_latency_seconds::double precision) AS block_latency_seconds_sum, min(block_latency_seconds) AS block_latency_seconds_min, max(block_latency_seconds) AS block_latency_seconds_max,
    count(network_receive_bytes_per_second) AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second::double precision) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second) AS network_receive_bytes_per_second_max,
    count(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second::double precision) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second) AS network_transmit_bytes_per_second_max,
    count(vcpu_count) AS vcpu_count_count, sum(vcpu_count::double precision) AS vcpu_count_sum, min(vcpu_count) AS vcpu_count_min, max(vcpu_count) AS vcpu_count_max
FROM domain_samples
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    domain_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_assigned_bytes_count)::bigint AS memory_assigned_bytes_count, sum(memory_assigned_bytes_sum) AS memory_assigned_bytes_sum, min(memory_assigned_bytes_min) AS memory_assigned_bytes_min, max(memory_assigned_bytes_max) AS memory_assigned_bytes_max,
    sum(memory_maximum_bytes_count)::bigint AS memory_maximum_bytes_count, sum(memory_maximum_bytes_sum) AS memory_maximum_bytes_sum, min(memory_maximum_bytes_min) AS memory_maximum_bytes_min, max(memory_maximum_bytes_max) AS memory_maximum_bytes_max,
    sum(memory_guest_total_bytes_count)::bigint AS memory_guest_total_bytes_count, sum(memory_guest_total_bytes_sum) AS memory_guest_total_bytes_sum, min(memory_guest_total_bytes_min) AS memory_guest_total_bytes_min, max(memory_guest_total_bytes_max) AS memory_guest_total_bytes_max,
    sum(memory_used_bytes_count)::bigint AS memory_used_bytes_count, sum(memory_used_bytes_sum) AS memory_used_bytes_sum, min(memory_used_bytes_min) AS memory_used_bytes_min, max(memory_used_bytes_max) AS memory_used_bytes_max,
    sum(memory_resident_bytes_count)::bigint AS memory_resident_bytes_count, sum(memory_resident_bytes_sum) AS memory_resident_bytes_sum, min(memory_resident_bytes_min) AS memory_resident_bytes_min, max(memory_resident_bytes_max) AS memory_resident_bytes_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(detail_interval_seconds_count)::bigint AS detail_interval_seconds_count, sum(detail_interval_seconds_sum) AS detail_interval_seconds_sum, min(detail_interval_seconds_min) AS detail_interval_seconds_min, max(detail_interval_seconds_max) AS detail_interval_seconds_max,
    sum(cpu_cores_count)::bigint AS cpu_cores_count, sum(cpu_cores_sum) AS cpu_cores_sum, min(cpu_cores_min) AS cpu_cores_min, max(cpu_cores_max) AS cpu_cores_max,
    sum(cpu_ratio_count)::bigint AS cpu_ratio_count, sum(cpu_ratio_sum) AS cpu_ratio_sum, min(cpu_ratio_min) AS cpu_ratio_min, max(cpu_ratio_max) AS cpu_ratio_max,
    sum(cpu_user_cores_count)::bigint AS cpu_user_cores_count, sum(cpu_user_cores_sum) AS cpu_user_cores_sum, min(cpu_user_cores_min) AS cpu_user_cores_min, max(cpu_user_cores_max) AS cpu_user_cores_max,
    sum(cpu_system_cores_count)::bigint AS cpu_system_cores_count, sum(cpu_system_cores_sum) AS cpu_system_cores_sum, min(cpu_system_cores_min) AS cpu_system_cores_min, max(cpu_system_cores_max) AS cpu_system_cores_max,
    sum(vcpu_cores_count)::bigint AS vcpu_cores_count, sum(vcpu_cores_sum) AS vcpu_cores_sum, min(vcpu_cores_min) AS vcpu_cores_min, max(vcpu_cores_max) AS vcpu_cores_max,
    sum(cpu_overhead_cores_count)::bigint AS cpu_overhead_cores_count, sum(cpu_overhead_cores_sum) AS cpu_overhead_cores_sum, min(cpu_overhead_cores_min) AS cpu_overhead_cores_min, max(cpu_overhead_cores_max) AS cpu_overhead_cores_max,
    sum(steal_ratio_count)::bigint AS steal_ratio_count, sum(steal_ratio_sum) AS steal_ratio_sum, min(steal_ratio_min) AS steal_ratio_min, max(steal_ratio_max) AS steal_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_age_seconds_count)::bigint AS memory_age_seconds_count, sum(memory_age_seconds_sum) AS memory_age_seconds_sum, min(memory_age_seconds_min) AS memory_age_seconds_min, max(memory_age_seconds_max) AS memory_age_seconds_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(major_faults_per_second_count)::bigint AS major_faults_per_second_count, sum(major_faults_per_second_sum) AS major_faults_per_second_sum, min(major_faults_per_second_min) AS major_faults_per_second_min, max(major_faults_per_second_max) AS major_faults_per_second_max,
    sum(block_read_bytes_per_second_count)::bigint AS block_read_bytes_per_second_count, sum(block_read_bytes_per_second_sum) AS block_read_bytes_per_second_sum, min(block_read_bytes_per_second_min) AS block_read_bytes_per_second_min, max(block_read_bytes_per_second_max) AS block_read_bytes_per_second_max,
    sum(block_write_bytes_per_second_count)::bigint AS block_write_bytes_per_second_count, sum(block_write_bytes_per_second_sum) AS block_write_bytes_per_second_sum, min(block_write_bytes_per_second_min) AS block_write_bytes_per_second_min, max(block_write_bytes_per_second_max) AS block_write_bytes_per_second_max,
    sum(block_read_requests_per_second_count)::bigint AS block_read_requests_per_second_count, sum(block_read_requests_per_second_sum) AS block_read_requests_per_second_sum, min(block_read_requests_per_second_min) AS block_read_requests_per_second_min, max(block_read_requests_per_second_max) AS block_read_requests_per_second_max,
    sum(block_write_requests_per_second_count)::bigint AS block_write_requests_per_second_count, sum(block_write_requests_per_second_sum) AS block_write_requests_per_second_sum, min(block_write_requests_per_second_min) AS block_write_requests_per_second_min, max(block_write_requests_per_second_max) AS block_write_requests_per_second_max,
    sum(block_latency_seconds_count)::bigint AS block_latency_seconds_count, sum(block_latency_seconds_sum) AS block_latency_seconds_sum, min(block_latency_seconds_min) AS block_latency_seconds_min, max(block_latency_seconds_max) AS block_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(vcpu_count_count)::bigint AS vcpu_count_count, sum(vcpu_count_sum) AS vcpu_count_sum, min(vcpu_count_min) AS vcpu_count_min, max(vcpu_count_max) AS vcpu_count_max
FROM domain_samples_1m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    domain_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_assigned_bytes_count)::bigint AS memory_assigned_bytes_count, sum(memory_assigned_bytes_sum) AS memory_assigned_bytes_sum, min(memory_assigned_bytes_min) AS memory_assigned_bytes_min, max(memory_assigned_bytes_max) AS memory_assigned_bytes_max,
    sum(memory_maximum_bytes_count)::bigint AS memory_maximum_bytes_count, sum(memory_maximum_bytes_sum) AS memory_maximum_bytes_sum, min(memory_maximum_bytes_min) AS memory_maximum_bytes_min, max(memory_maximum_bytes_max) AS memory_maximum_bytes_max,
    sum(memory_guest_total_bytes_count)::bigint AS memory_guest_total_bytes_count, sum(memory_guest_total_bytes_sum) AS memory_guest_total_bytes_sum, min(memory_guest_total_bytes_min) AS memory_guest_total_bytes_min, max(memory_guest_total_bytes_max) AS memory_guest_total_bytes_max,
    sum(memory_used_bytes_count)::bigint AS memory_used_bytes_count, sum(memory_used_bytes_sum) AS memory_used_bytes_sum, min(memory_used_bytes_min) AS memory_used_bytes_min, max(memory_used_bytes_max) AS memory_used_bytes_max,
    sum(memory_resident_bytes_count)::bigint AS memory_resident_bytes_count, sum(memory_resident_bytes_sum) AS memory_resident_bytes_sum, min(memory_resident_bytes_min) AS memory_resident_bytes_min, max(memory_resident_bytes_max) AS memory_resident_bytes_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(detail_interval_seconds_count)::bigint AS detail_interval_seconds_count, sum(detail_interval_seconds_sum) AS detail_interval_seconds_sum, min(detail_interval_seconds_min) AS detail_interval_seconds_min, max(detail_interval_seconds_max) AS detail_interval_seconds_max,
    sum(cpu_cores_count)::bigint AS cpu_cores_count, sum(cpu_cores_sum) AS cpu_cores_sum, min(cpu_cores_min) AS cpu_cores_min, max(cpu_cores_max) AS cpu_cores_max,
    sum(cpu_ratio_count)::bigint AS cpu_ratio_count, sum(cpu_ratio_sum) AS cpu_ratio_sum, min(cpu_ratio_min) AS cpu_ratio_min, max(cpu_ratio_max) AS cpu_ratio_max,
    sum(cpu_user_cores_count)::bigint AS cpu_user_cores_count, sum(cpu_user_cores_sum) AS cpu_user_cores_sum, min(cpu_user_cores_min) AS cpu_user_cores_min, max(cpu_user_cores_max) AS cpu_user_cores_max,
    sum(cpu_system_cores_count)::bigint AS cpu_system_cores_count, sum(cpu_system_cores_sum) AS cpu_system_cores_sum, min(cpu_system_cores_min) AS cpu_system_cores_min, max(cpu_system_cores_max) AS cpu_system_cores_max,
    sum(vcpu_cores_count)::bigint AS vcpu_cores_count, sum(vcpu_cores_sum) AS vcpu_cores_sum, min(vcpu_cores_min) AS vcpu_cores_min, max(vcpu_cores_max) AS vcpu_cores_max,
    sum(cpu_overhead_cores_count)::bigint AS cpu_overhead_cores_count, sum(cpu_overhead_cores_sum) AS cpu_overhead_cores_sum, min(cpu_overhead_cores_min) AS cpu_overhead_cores_min, max(cpu_overhead_cores_max) AS cpu_overhead_cores_max,
    sum(steal_ratio_count)::bigint AS steal_ratio_count, sum(steal_ratio_sum) AS steal_ratio_sum, min(steal_ratio_min) AS steal_ratio_min, max(steal_ratio_max) AS steal_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_age_seconds_count)::bigint AS memory_age_seconds_count, sum(memory_age_seconds_sum) AS memory_age_seconds_sum, min(memory_age_seconds_min) AS memory_age_seconds_min, max(memory_age_seconds_max) AS memory_age_seconds_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(major_faults_per_second_count)::bigint AS major_faults_per_second_count, sum(major_faults_per_second_sum) AS major_faults_per_second_sum, min(major_faults_per_second_min) AS major_faults_per_second_min, max(major_faults_per_second_max) AS major_faults_per_second_max,
    sum(block_read_bytes_per_second_count)::bigint AS block_read_bytes_per_second_count, sum(block_read_bytes_per_second_sum) AS block_read_bytes_per_second_sum, min(block_read_bytes_per_second_min) AS block_read_bytes_per_second_min, max(block_read_bytes_per_second_max) AS block_read_bytes_per_second_max,
    sum(block_write_bytes_per_second_count)::bigint AS block_write_bytes_per_second_count, sum(block_write_bytes_per_second_sum) AS block_write_bytes_per_second_sum, min(block_write_bytes_per_second_min) AS block_write_bytes_per_second_min, max(block_write_bytes_per_second_max) AS block_write_bytes_per_second_max,
    sum(block_read_requests_per_second_count)::bigint AS block_read_requests_per_second_count, sum(block_read_requests_per_second_sum) AS block_read_requests_per_second_sum, min(block_read_requests_per_second_min) AS block_read_requests_per_second_min, max(block_read_requests_per_second_max) AS block_read_requests_per_second_max,
    sum(block_write_requests_per_second_count)::bigint AS block_write_requests_per_second_count, sum(block_write_requests_per_second_sum) AS block_write_requests_per_second_sum, min(block_write_requests_per_second_min) AS block_write_requests_per_second_min, max(block_write_requests_per_second_max) AS block_write_requests_per_second_max,
    sum(block_latency_seconds_count)::bigint AS block_latency_seconds_count, sum(block_latency_seconds_sum) AS block_latency_seconds_sum, min(block_latency_seconds_min) AS block_latency_seconds_min, max(block_latency_seconds_max) AS block_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(vcpu_count_count)::bigint AS vcpu_count_count, sum(vcpu_count_sum) AS vcpu_count_sum, min(vcpu_count_min) AS vcpu_count_min, max(vcpu_count_max) AS vcpu_count_max
FROM domain_samples_5m
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    domain_id,
    sum(sample_count)::bigint AS sample_count,
    sum(memory_assigned_bytes_count)::bigint AS memory_assigned_bytes_count, sum(memory_assigned_bytes_sum) AS memory_assigned_bytes_sum, min(memory_assigned_bytes_min) AS memory_assigned_bytes_min, max(memory_assigned_bytes_max) AS memory_assigned_bytes_max,
    sum(memory_maximum_bytes_count)::bigint AS memory_maximum_bytes_count, sum(memory_maximum_bytes_sum) AS memory_maximum_bytes_sum, min(memory_maximum_bytes_min) AS memory_maximum_bytes_min, max(memory_maximum_bytes_max) AS memory_maximum_bytes_max,
    sum(memory_guest_total_bytes_count)::bigint AS memory_guest_total_bytes_count, sum(memory_guest_total_bytes_sum) AS memory_guest_total_bytes_sum, min(memory_guest_total_bytes_min) AS memory_guest_total_bytes_min, max(memory_guest_total_bytes_max) AS memory_guest_total_bytes_max,
    sum(memory_used_bytes_count)::bigint AS memory_used_bytes_count, sum(memory_used_bytes_sum) AS memory_used_bytes_sum, min(memory_used_bytes_min) AS memory_used_bytes_min, max(memory_used_bytes_max) AS memory_used_bytes_max,
    sum(memory_resident_bytes_count)::bigint AS memory_resident_bytes_count, sum(memory_resident_bytes_sum) AS memory_resident_bytes_sum, min(memory_resident_bytes_min) AS memory_resident_bytes_min, max(memory_resident_bytes_max) AS memory_resident_bytes_max,
    sum(interval_seconds_count)::bigint AS interval_seconds_count, sum(interval_seconds_sum) AS interval_seconds_sum, min(interval_seconds_min) AS interval_seconds_min, max(interval_seconds_max) AS interval_seconds_max,
    sum(detail_interval_seconds_count)::bigint AS detail_interval_seconds_count, sum(detail_interval_seconds_sum) AS detail_interval_seconds_sum, min(detail_interval_seconds_min) AS detail_interval_seconds_min, max(detail_interval_seconds_max) AS detail_interval_seconds_max,
    sum(cpu_cores_count)::bigint AS cpu_cores_count, sum(cpu_cores_sum) AS cpu_cores_sum, min(cpu_cores_min) AS cpu_cores_min, max(cpu_cores_max) AS cpu_cores_max,
    sum(cpu_ratio_count)::bigint AS cpu_ratio_count, sum(cpu_ratio_sum) AS cpu_ratio_sum, min(cpu_ratio_min) AS cpu_ratio_min, max(cpu_ratio_max) AS cpu_ratio_max,
    sum(cpu_user_cores_count)::bigint AS cpu_user_cores_count, sum(cpu_user_cores_sum) AS cpu_user_cores_sum, min(cpu_user_cores_min) AS cpu_user_cores_min, max(cpu_user_cores_max) AS cpu_user_cores_max,
    sum(cpu_system_cores_count)::bigint AS cpu_system_cores_count, sum(cpu_system_cores_sum) AS cpu_system_cores_sum, min(cpu_system_cores_min) AS cpu_system_cores_min, max(cpu_system_cores_max) AS cpu_system_cores_max,
    sum(vcpu_cores_count)::bigint AS vcpu_cores_count, sum(vcpu_cores_sum) AS vcpu_cores_sum, min(vcpu_cores_min) AS vcpu_cores_min, max(vcpu_cores_max) AS vcpu_cores_max,
    sum(cpu_overhead_cores_count)::bigint AS cpu_overhead_cores_count, sum(cpu_overhead_cores_sum) AS cpu_overhead_cores_sum, min(cpu_overhead_cores_min) AS cpu_overhead_cores_min, max(cpu_overhead_cores_max) AS cpu_overhead_cores_max,
    sum(steal_ratio_count)::bigint AS steal_ratio_count, sum(steal_ratio_sum) AS steal_ratio_sum, min(steal_ratio_min) AS steal_ratio_min, max(steal_ratio_max) AS steal_ratio_max,
    sum(memory_used_ratio_count)::bigint AS memory_used_ratio_count, sum(memory_used_ratio_sum) AS memory_used_ratio_sum, min(memory_used_ratio_min) AS memory_used_ratio_min, max(memory_used_ratio_max) AS memory_used_ratio_max,
    sum(memory_age_seconds_count)::bigint AS memory_age_seconds_count, sum(memory_age_seconds_sum) AS memory_age_seconds_sum, min(memory_age_seconds_min) AS memory_age_seconds_min, max(memory_age_seconds_max) AS memory_age_seconds_max,
    sum(swap_in_bytes_per_second_count)::bigint AS swap_in_bytes_per_second_count, sum(swap_in_bytes_per_second_sum) AS swap_in_bytes_per_second_sum, min(swap_in_bytes_per_second_min) AS swap_in_bytes_per_second_min, max(swap_in_bytes_per_second_max) AS swap_in_bytes_per_second_max,
    sum(swap_out_bytes_per_second_count)::bigint AS swap_out_bytes_per_second_count, sum(swap_out_bytes_per_second_sum) AS swap_out_bytes_per_second_sum, min(swap_out_bytes_per_second_min) AS swap_out_bytes_per_second_min, max(swap_out_bytes_per_second_max) AS swap_out_bytes_per_second_max,
    sum(major_faults_per_second_count)::bigint AS major_faults_per_second_count, sum(major_faults_per_second_sum) AS major_faults_per_second_sum, min(major_faults_per_second_min) AS major_faults_per_second_min, max(major_faults_per_second_max) AS major_faults_per_second_max,
    sum(block_read_bytes_per_second_count)::bigint AS block_read_bytes_per_second_count, sum(block_read_bytes_per_second_sum) AS block_read_bytes_per_second_sum, min(block_read_bytes_per_second_min) AS block_read_bytes_per_second_min, max(block_read_bytes_per_second_max) AS block_read_bytes_per_second_max,
    sum(block_write_bytes_per_second_count)::bigint AS block_write_bytes_per_second_count, sum(block_write_bytes_per_second_sum) AS block_write_bytes_per_second_sum, min(block_write_bytes_per_second_min) AS block_write_bytes_per_second_min, max(block_write_bytes_per_second_max) AS block_write_bytes_per_second_max,
    sum(block_read_requests_per_second_count)::bigint AS block_read_requests_per_second_count, sum(block_read_requests_per_second_sum) AS block_read_requests_per_second_sum, min(block_read_requests_per_second_min) AS block_read_requests_per_second_min, max(block_read_requests_per_second_max) AS block_read_requests_per_second_max,
    sum(block_write_requests_per_second_count)::bigint AS block_write_requests_per_second_count, sum(block_write_requests_per_second_sum) AS block_write_requests_per_second_sum, min(block_write_requests_per_second_min) AS block_write_requests_per_second_min, max(block_write_requests_per_second_max) AS block_write_requests_per_second_max,
    sum(block_latency_seconds_count)::bigint AS block_latency_seconds_count, sum(block_latency_seconds_sum) AS block_latency_seconds_sum, min(block_latency_seconds_min) AS block_latency_seconds_min, max(block_latency_seconds_max) AS block_latency_seconds_max,
    sum(network_receive_bytes_per_second_count)::bigint AS network_receive_bytes_per_second_count, sum(network_receive_bytes_per_second_sum) AS network_receive_bytes_per_second_sum, min(network_receive_bytes_per_second_min) AS network_receive_bytes_per_second_min, max(network_receive_bytes_per_second_max) AS network_receive_bytes_per_second_max,
    sum(network_transmit_bytes_per_second_count)::bigint AS network_transmit_bytes_per_second_count, sum(network_transmit_bytes_per_second_sum) AS network_transmit_bytes_per_second_sum, min(network_transmit_bytes_per_second_min) AS network_transmit_bytes_per_second_min, max(network_transmit_bytes_per_second_max) AS network_transmit_bytes_per_second_max,
    sum(vcpu_count_count)::bigint AS vcpu_count_count, sum(vcpu_count_sum) AS vcpu_count_sum, min(vcpu_count_min) AS vcpu_count_min, max(vcpu_count_max) AS vcpu_count_max
FROM domain_samples_1h
GROUP BY 1, 2
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_block_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    domain_id,
    device,
    count(*) AS sample_count,
    count(capacity_bytes) AS capacity_bytes_count, sum(capacity_bytes::double precision) AS capacity_bytes_sum, min(capacity_bytes) AS capacity_bytes_min, max(capacity_bytes) AS capacity_bytes_max,
    count(physical_bytes) AS physical_bytes_count, sum(physical_bytes::double precision) AS physical_bytes_sum, min(physical_bytes) AS physical_bytes_min, max(physical_bytes) AS physical_bytes_max,
    count(read_bytes_per_second) AS read_bytes_per_second_count, sum(read_bytes_per_second::double precision) AS read_bytes_per_second_sum, min(read_bytes_per_second) AS read_bytes_per_second_min, max(read_bytes_per_second) AS read_bytes_per_second_max,
    count(write_bytes_per_second) AS write_bytes_per_second_count, sum(write_bytes_per_second::double precision) AS write_bytes_per_second_sum, min(write_bytes_per_second) AS write_bytes_per_second_min, max(write_bytes_per_second) AS write_bytes_per_second_max,
    count(read_requests_per_second) AS read_requests_per_second_count, sum(read_requests_per_second::double precision) AS read_requests_per_second_sum, min(read_requests_per_second) AS read_requests_per_second_min, max(read_requests_per_second) AS read_requests_per_second_max,
    count(write_requests_per_second) AS write_requests_per_second_count, sum(write_requests_per_second::double precision) AS write_requests_per_second_sum, min(write_requests_per_second) AS write_requests_per_second_min, max(write_requests_per_second) AS write_requests_per_second_max,
    count(flush_requests_per_second) AS flush_requests_per_second_count, sum(flush_requests_per_second::double precision) AS flush_requests_per_second_sum, min(flush_requests_per_second) AS flush_requests_per_second_min, max(flush_requests_per_second) AS flush_requests_per_second_max,
    count(read_latency_seconds) AS read_latency_seconds_count, sum(read_latency_seconds::double precision) AS read_latency_seconds_sum, min(read_latency_seconds) AS read_latency_seconds_min, max(read_latency_seconds) AS read_latency_seconds_max,
    count(write_latency_seconds) AS write_latency_seconds_count, sum(write_latency_seconds::double precision) AS write_latency_seconds_sum, min(write_latency_seconds) AS write_latency_seconds_min, max(write_latency_seconds) AS write_latency_seconds_max,
    count(flush_latency_seconds) AS flush_latency_seconds_count, sum(flush_latency_seconds::double precision) AS flush_latency_seconds_sum, min(flush_latency_seconds) AS flush_latency_seconds_min, max(flush_latency_seconds) AS flush_latency_seconds_max
FROM domain_block_samples
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_block_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(capacity_bytes_count)::bigint AS capacity_bytes_count, sum(capacity_bytes_sum) AS capacity_bytes_sum, min(capacity_bytes_min) AS capacity_bytes_min, max(capacity_bytes_max) AS capacity_bytes_max,
    sum(physical_bytes_count)::bigint AS physical_bytes_count, sum(physical_bytes_sum) AS physical_bytes_sum, min(physical_bytes_min) AS physical_bytes_min, max(physical_bytes_max) AS physical_bytes_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(flush_requests_per_second_count)::bigint AS flush_requests_per_second_count, sum(flush_requests_per_second_sum) AS flush_requests_per_second_sum, min(flush_requests_per_second_min) AS flush_requests_per_second_min, max(flush_requests_per_second_max) AS flush_requests_per_second_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max,
    sum(flush_latency_seconds_count)::bigint AS flush_latency_seconds_count, sum(flush_latency_seconds_sum) AS flush_latency_seconds_sum, min(flush_latency_seconds_min) AS flush_latency_seconds_min, max(flush_latency_seconds_max) AS flush_latency_seconds_max
FROM domain_block_samples_1m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_block_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(capacity_bytes_count)::bigint AS capacity_bytes_count, sum(capacity_bytes_sum) AS capacity_bytes_sum, min(capacity_bytes_min) AS capacity_bytes_min, max(capacity_bytes_max) AS capacity_bytes_max,
    sum(physical_bytes_count)::bigint AS physical_bytes_count, sum(physical_bytes_sum) AS physical_bytes_sum, min(physical_bytes_min) AS physical_bytes_min, max(physical_bytes_max) AS physical_bytes_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(flush_requests_per_second_count)::bigint AS flush_requests_per_second_count, sum(flush_requests_per_second_sum) AS flush_requests_per_second_sum, min(flush_requests_per_second_min) AS flush_requests_per_second_min, max(flush_requests_per_second_max) AS flush_requests_per_second_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max,
    sum(flush_latency_seconds_count)::bigint AS flush_latency_seconds_count, sum(flush_latency_seconds_sum) AS flush_latency_seconds_sum, min(flush_latency_seconds_min) AS flush_latency_seconds_min, max(flush_latency_seconds_max) AS flush_latency_seconds_max
FROM domain_block_samples_5m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_block_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(capacity_bytes_count)::bigint AS capacity_bytes_count, sum(capacity_bytes_sum) AS capacity_bytes_sum, min(capacity_bytes_min) AS capacity_bytes_min, max(capacity_bytes_max) AS capacity_bytes_max,
    sum(physical_bytes_count)::bigint AS physical_bytes_count, sum(physical_bytes_sum) AS physical_bytes_sum, min(physical_bytes_min) AS physical_bytes_min, max(physical_bytes_max) AS physical_bytes_max,
    sum(read_bytes_per_second_count)::bigint AS read_bytes_per_second_count, sum(read_bytes_per_second_sum) AS read_bytes_per_second_sum, min(read_bytes_per_second_min) AS read_bytes_per_second_min, max(read_bytes_per_second_max) AS read_bytes_per_second_max,
    sum(write_bytes_per_second_count)::bigint AS write_bytes_per_second_count, sum(write_bytes_per_second_sum) AS write_bytes_per_second_sum, min(write_bytes_per_second_min) AS write_bytes_per_second_min, max(write_bytes_per_second_max) AS write_bytes_per_second_max,
    sum(read_requests_per_second_count)::bigint AS read_requests_per_second_count, sum(read_requests_per_second_sum) AS read_requests_per_second_sum, min(read_requests_per_second_min) AS read_requests_per_second_min, max(read_requests_per_second_max) AS read_requests_per_second_max,
    sum(write_requests_per_second_count)::bigint AS write_requests_per_second_count, sum(write_requests_per_second_sum) AS write_requests_per_second_sum, min(write_requests_per_second_min) AS write_requests_per_second_min, max(write_requests_per_second_max) AS write_requests_per_second_max,
    sum(flush_requests_per_second_count)::bigint AS flush_requests_per_second_count, sum(flush_requests_per_second_sum) AS flush_requests_per_second_sum, min(flush_requests_per_second_min) AS flush_requests_per_second_min, max(flush_requests_per_second_max) AS flush_requests_per_second_max,
    sum(read_latency_seconds_count)::bigint AS read_latency_seconds_count, sum(read_latency_seconds_sum) AS read_latency_seconds_sum, min(read_latency_seconds_min) AS read_latency_seconds_min, max(read_latency_seconds_max) AS read_latency_seconds_max,
    sum(write_latency_seconds_count)::bigint AS write_latency_seconds_count, sum(write_latency_seconds_sum) AS write_latency_seconds_sum, min(write_latency_seconds_min) AS write_latency_seconds_min, max(write_latency_seconds_max) AS write_latency_seconds_max,
    sum(flush_latency_seconds_count)::bigint AS flush_latency_seconds_count, sum(flush_latency_seconds_sum) AS flush_latency_seconds_sum, min(flush_latency_seconds_min) AS flush_latency_seconds_min, max(flush_latency_seconds_max) AS flush_latency_seconds_max
FROM domain_block_samples_1h
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_interface_samples_1m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    domain_id,
    device,
    count(*) AS sample_count,
    count(receive_bytes_per_second) AS receive_bytes_per_second_count, sum(receive_bytes_per_second::double precision) AS receive_bytes_per_second_sum, min(receive_bytes_per_second) AS receive_bytes_per_second_min, max(receive_bytes_per_second) AS receive_bytes_per_second_max,
    count(transmit_bytes_per_second) AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second::double precision) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second) AS transmit_bytes_per_second_max,
    count(receive_packets_per_second) AS receive_packets_per_second_count, sum(receive_packets_per_second::double precision) AS receive_packets_per_second_sum, min(receive_packets_per_second) AS receive_packets_per_second_min, max(receive_packets_per_second) AS receive_packets_per_second_max,
    count(transmit_packets_per_second) AS transmit_packets_per_second_count, sum(transmit_packets_per_second::double precision) AS transmit_packets_per_second_sum, min(transmit_packets_per_second) AS transmit_packets_per_second_min, max(transmit_packets_per_second) AS transmit_packets_per_second_max,
    count(receive_errors_per_second) AS receive_errors_per_second_count, sum(receive_errors_per_second::double precision) AS receive_errors_per_second_sum, min(receive_errors_per_second) AS receive_errors_per_second_min, max(receive_errors_per_second) AS receive_errors_per_second_max,
    count(transmit_errors_per_second) AS transmit_errors_per_second_count, sum(transmit_errors_per_second::double precision) AS transmit_errors_per_second_sum, min(transmit_errors_per_second) AS transmit_errors_per_second_min, max(transmit_errors_per_second) AS transmit_errors_per_second_max,
    count(receive_drops_per_second) AS receive_drops_per_second_count, sum(receive_drops_per_second::double precision) AS receive_drops_per_second_sum, min(receive_drops_per_second) AS receive_drops_per_second_min, max(receive_drops_per_second) AS receive_drops_per_second_max,
    count(transmit_drops_per_second) AS transmit_drops_per_second_count, sum(transmit_drops_per_second::double precision) AS transmit_drops_per_second_sum, min(transmit_drops_per_second) AS transmit_drops_per_second_min, max(transmit_drops_per_second) AS transmit_drops_per_second_max
FROM domain_interface_samples
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_interface_samples_5m
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '5 minutes', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM domain_interface_samples_1m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_interface_samples_1h
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM domain_interface_samples_5m
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW domain_interface_samples_1d
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    domain_id,
    device,
    sum(sample_count)::bigint AS sample_count,
    sum(receive_bytes_per_second_count)::bigint AS receive_bytes_per_second_count, sum(receive_bytes_per_second_sum) AS receive_bytes_per_second_sum, min(receive_bytes_per_second_min) AS receive_bytes_per_second_min, max(receive_bytes_per_second_max) AS receive_bytes_per_second_max,
    sum(transmit_bytes_per_second_count)::bigint AS transmit_bytes_per_second_count, sum(transmit_bytes_per_second_sum) AS transmit_bytes_per_second_sum, min(transmit_bytes_per_second_min) AS transmit_bytes_per_second_min, max(transmit_bytes_per_second_max) AS transmit_bytes_per_second_max,
    sum(receive_packets_per_second_count)::bigint AS receive_packets_per_second_count, sum(receive_packets_per_second_sum) AS receive_packets_per_second_sum, min(receive_packets_per_second_min) AS receive_packets_per_second_min, max(receive_packets_per_second_max) AS receive_packets_per_second_max,
    sum(transmit_packets_per_second_count)::bigint AS transmit_packets_per_second_count, sum(transmit_packets_per_second_sum) AS transmit_packets_per_second_sum, min(transmit_packets_per_second_min) AS transmit_packets_per_second_min, max(transmit_packets_per_second_max) AS transmit_packets_per_second_max,
    sum(receive_errors_per_second_count)::bigint AS receive_errors_per_second_count, sum(receive_errors_per_second_sum) AS receive_errors_per_second_sum, min(receive_errors_per_second_min) AS receive_errors_per_second_min, max(receive_errors_per_second_max) AS receive_errors_per_second_max,
    sum(transmit_errors_per_second_count)::bigint AS transmit_errors_per_second_count, sum(transmit_errors_per_second_sum) AS transmit_errors_per_second_sum, min(transmit_errors_per_second_min) AS transmit_errors_per_second_min, max(transmit_errors_per_second_max) AS transmit_errors_per_second_max,
    sum(receive_drops_per_second_count)::bigint AS receive_drops_per_second_count, sum(receive_drops_per_second_sum) AS receive_drops_per_second_sum, min(receive_drops_per_second_min) AS receive_drops_per_second_min, max(receive_drops_per_second_max) AS receive_drops_per_second_max,
    sum(transmit_drops_per_second_count)::bigint AS transmit_drops_per_second_count, sum(transmit_drops_per_second_sum) AS transmit_drops_per_second_sum, min(transmit_drops_per_second_min) AS transmit_drops_per_second_min, max(transmit_drops_per_second_max) AS transmit_drops_per_second_max
FROM domain_interface_samples_1h
GROUP BY 1, 2, 3
WITH NO DATA;
