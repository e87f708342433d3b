-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the newest figures of every host, for its card on the grid. Reads no time series.
-- Parameters: none
-- Columns: one GridHost each; sampled_at is null for a host that has sent events but no sample yet
SELECT
    host,
    hostname,
    cpu_count,
    publisher_version,
    sampled_at,
    tick_seconds,
    freshness,
    -- What arrives now is old: a past that is being sent, or a clock that is behind.
    coalesce(
        freshness = 'stale'
        AND received_at > sampled_at + 5 * tick_seconds * INTERVAL '1 second'
        AND received_at > now() - INTERVAL '30 seconds',
        false
    ) AS is_catching_up,
    health_score,
    health_state,
    health_reasons,
    cpu_busy_ratio,
    memory_used_ratio,
    memory_total_bytes,
    disk_busy_ratio,
    cpu_temperature_celsius,
    cpu_temperature_limit_celsius,
    board_temperature_celsius,
    hypervisor_state,
    hypervisor_reason,
    -- They say why there is no temperature; a card shows nothing else of them.
    CASE WHEN cpu_temperature_celsius IS NULL THEN collectors END AS collectors
FROM hosts_now
-- What is real comes before what is simulated.
ORDER BY right(publisher_version, 10) IS NOT DISTINCT FROM '+simulated', host
