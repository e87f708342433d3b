-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the VMs that lived on one host at an instant, each with the bucket that it is in. Samples are no longer kept.
-- Parameters: host_id, at, since (instants: the bucket begins between them); identifier: view (domain_samples_5m, _1h or _1d)
-- Columns: one PastDomain each, with means; its state is the one that it was in for most of the bucket
SELECT
    r.uuid::text AS uuid,
    coalesce(n.name, r.name) AS name,
    CASE greatest(m.state_running_count, m.state_paused_count, m.state_off_count)
        WHEN 0 THEN 'no state'
        WHEN m.state_running_count THEN 'running'
        WHEN m.state_paused_count THEN 'paused'
        WHEN m.state_off_count THEN 'shut off'
    END AS state_name,
    m.bucket AS sampled_at,
    m.cpu_cores_sum / nullif(m.cpu_cores_count, 0) AS cpu_cores,
    m.cpu_ratio_sum / nullif(m.cpu_ratio_count, 0) AS cpu_ratio,
    round(m.vcpu_count_sum / nullif(m.vcpu_count_count, 0))::integer AS vcpu_count,
    m.steal_ratio_sum / nullif(m.steal_ratio_count, 0) AS steal_ratio,
    round(m.memory_assigned_bytes_sum / nullif(m.memory_assigned_bytes_count, 0))::bigint AS memory_assigned_bytes,
    round(m.memory_used_bytes_sum / nullif(m.memory_used_bytes_count, 0))::bigint AS memory_used_bytes,
    round(m.memory_resident_bytes_sum / nullif(m.memory_resident_bytes_count, 0))::bigint AS memory_resident_bytes,
    m.memory_age_seconds_sum / nullif(m.memory_age_seconds_count, 0) AS memory_age_seconds,
    m.block_read_bytes_per_second_sum / nullif(m.block_read_bytes_per_second_count, 0) AS block_read_bytes_per_second,
    m.block_write_bytes_per_second_sum / nullif(m.block_write_bytes_per_second_count, 0) AS block_write_bytes_per_second,
    m.network_receive_bytes_per_second_sum
    / nullif(m.network_receive_bytes_per_second_count, 0) AS network_receive_bytes_per_second,
    m.network_transmit_bytes_per_second_sum
    / nullif(m.network_transmit_bytes_per_second_count, 0) AS network_transmit_bytes_per_second,
    NULL::text AS outcome
FROM residency_named AS r
LEFT JOIN LATERAL (
    SELECT h.name
    FROM domain_name_history AS h
    WHERE h.domain_id = r.domain_id AND h.valid_from < %(at)s AND (h.valid_to IS NULL OR h.valid_to >= %(at)s)
    LIMIT 1
) AS n ON true
LEFT JOIN LATERAL (
    SELECT *
    FROM {view} AS s
    WHERE s.domain_id = r.domain_id AND s.bucket >= %(since)s AND s.bucket < %(at)s
    ORDER BY s.bucket DESC
    LIMIT 1
) AS m ON true
WHERE r.host_id = %(host_id)s AND r.valid_from < %(at)s AND (r.valid_to IS NULL OR r.valid_to >= %(at)s)
ORDER BY name, uuid
