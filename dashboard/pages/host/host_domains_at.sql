-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the VMs that lived on one host at an instant, each with its last sample before. One probe of the key for each VM.
-- Parameters: host_id, at, since (instants: the sample is between them)
-- Columns: one PastDomain each, without a sample where there is none
SELECT
    r.uuid::text AS uuid,
    coalesce(n.name, r.name) AS name,
    -- virDomainState, in virsh's words.
    (ARRAY['no state', 'running', 'idle', 'paused', 'in shutdown', 'shut off', 'crashed', 'pmsuspended'])[m.state + 1] AS state_name,
    m.time AS sampled_at,
    m.cpu_cores,
    m.cpu_ratio,
    m.vcpu_count,
    m.steal_ratio,
    m.memory_assigned_bytes,
    m.memory_used_bytes,
    m.memory_resident_bytes,
    m.memory_age_seconds,
    m.block_read_bytes_per_second,
    m.block_write_bytes_per_second,
    m.network_receive_bytes_per_second,
    m.network_transmit_bytes_per_second,
    m.outcome
FROM residency_named AS r
LEFT JOIN LATERAL (
    SELECT h.name
    FROM domain_name_history AS h
    WHERE h.domain_id = r.domain_id AND h.valid_from < %(at)s AND (h.valid_to IS NULL OR h.valid_to >= %(at)s)
    LIMIT 1
) AS n ON true
LEFT JOIN LATERAL (
    SELECT *
    FROM domain_metrics AS s
    WHERE s.domain_id = r.domain_id AND s.host_id = r.host_id AND s.time >= %(since)s AND s.time < %(at)s
    ORDER BY s.time DESC
    LIMIT 1
) AS m ON true
WHERE r.host_id = %(host_id)s AND r.valid_from < %(at)s AND (r.valid_to IS NULL OR r.valid_to >= %(at)s)
ORDER BY name, uuid
