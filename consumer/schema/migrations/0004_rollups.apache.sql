-- SPDX-License-Identifier: Apache-2.0
-- Rollups of 1 minute, 5 minutes, 1 hour and 1 day, Apache edition: plain views over the raw samples, since this
-- edition has no continuous aggregates. They reach back as far as the raw samples do.
-- Each metric gives count, sum, min and max, never only an average: sum / count is the mean of any union of
-- buckets. Sums are double precision, because real would lose digits within an hour.

CREATE VIEW host_samples_1m AS
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
GROUP BY 1, 2;

CREATE VIEW host_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW host_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW host_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW host_disk_samples_1m AS
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
GROUP BY 1, 2, 3;

CREATE VIEW host_disk_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_disk_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_disk_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_interface_samples_1m AS
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
GROUP BY 1, 2, 3;

CREATE VIEW host_interface_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_interface_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_interface_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW host_filesystem_samples_1m AS
SELECT
    time_bucket(INTERVAL '1 minute', sampled_at) AS bucket,
    host_id,
    path,
    count(*) AS sample_count,
    count(total_bytes) AS total_bytes_count, sum(total_bytes::double precision) AS total_bytes_sum, min(total_bytes) AS total_bytes_min, max(total_bytes) AS total_bytes_max,
    count(available_bytes) AS available_bytes_count, sum(available_bytes::double precision) AS available_bytes_sum, min(available_bytes) AS available_bytes_min, max(available_bytes) AS available_bytes_max
FROM host_filesystem_samples
GROUP BY 1, 2, 3;

CREATE VIEW host_filesystem_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
    host_id,
    path,
    count(*) AS sample_count,
    count(total_bytes) AS total_bytes_count, sum(total_bytes::double precision) AS total_bytes_sum, min(total_bytes) AS total_bytes_min, max(total_bytes) AS total_bytes_max,
    count(available_bytes) AS available_bytes_count, sum(available_bytes::double precision) AS available_bytes_sum, min(available_bytes) AS available_bytes_min, max(available_bytes) AS available_bytes_max
FROM host_filesystem_samples
GROUP BY 1, 2, 3;

CREATE VIEW host_filesystem_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
    host_id,
    path,
    count(*) AS sample_count,
    count(total_bytes) AS total_bytes_count, sum(total_bytes::double precision) AS total_bytes_sum, min(total_bytes) AS total_bytes_min, max(total_bytes) AS total_bytes_max,
    count(available_bytes) AS available_bytes_count, sum(available_bytes::double precision) AS available_bytes_sum, min(available_bytes) AS available_bytes_min, max(available_bytes) AS available_bytes_max
FROM host_filesystem_samples
GROUP BY 1, 2, 3;

CREATE VIEW host_filesystem_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
    host_id,
    path,
    count(*) AS sample_count,
    count(total_bytes) AS total_bytes_count, sum(total_bytes::double precision) AS total_bytes_sum, min(total_bytes) AS total_bytes_min, max(total_bytes) AS total_bytes_max,
    count(available_bytes) AS available_bytes_count, sum(available_bytes::double precision) AS available_bytes_sum, min(available_bytes) AS available_bytes_min, max(available_bytes) AS available_bytes_max
FROM host_filesystem_samples
GROUP BY 1, 2, 3;

CREATE VIEW domain_samples_1m AS
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
GROUP BY 1, 2;

CREATE VIEW domain_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW domain_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW domain_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2;

CREATE VIEW domain_block_samples_1m AS
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_block_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_block_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_block_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_interface_samples_1m AS
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_interface_samples_5m AS
SELECT
    time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_interface_samples_1h AS
SELECT
    time_bucket(INTERVAL '1 hour', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;

CREATE VIEW domain_interface_samples_1d AS
SELECT
    time_bucket(INTERVAL '1 day', sampled_at) AS bucket,
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
GROUP BY 1, 2, 3;
