-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the newest figures of every host, for its card or its cell, and for the totals of the fleet.
-- Reads no time series.
-- Parameters: none
-- Columns: one FleetHost each; sampled_at is null for a host that has sent events but no sample yet
SELECT
    host,
    hostname,
    cpu_count,
    tags,
    -- A host whose clock is ahead would be of the future.
    taken_at AS sampled_at,
    stale_at,
    freshness,
    is_catching_up,
    is_simulated,
    health_score,
    health_state,
    health_reasons,
    cpu_busy_ratio,
    memory_used_ratio,
    memory_total_bytes,
    memory_available_bytes,
    disk_busy_ratio,
    disk_read_bytes_per_second + disk_write_bytes_per_second AS disk_bytes_per_second,
    domain_vcpu_count,
    domain_memory_assigned_bytes,
    domain_memory_resident_bytes,
    cpu_temperature_celsius,
    cpu_temperature_limit_celsius,
    board_temperature_celsius,
    hypervisor_state,
    hypervisor_reason,
    -- They say why there is no temperature; a card shows nothing else of them.
    CASE WHEN cpu_temperature_celsius IS NULL THEN collectors END AS collectors
FROM hosts_now
-- What is real comes before what is simulated.
ORDER BY is_simulated, host
