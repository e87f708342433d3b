-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the VMs of one host at their newest sample.
-- Parameters: host_id
-- Columns: one HostDomain each
SELECT
    uuid::text AS uuid,
    name,
    title,
    owner,
    tags,
    state_name,
    state_reason_name,
    taken_at AS sampled_at,
    freshness,
    cpu_cores,
    cpu_ratio,
    vcpu_count,
    steal_ratio,
    memory_assigned_bytes,
    memory_used_bytes,
    memory_resident_bytes,
    memory_age_seconds,
    block_read_bytes_per_second,
    block_write_bytes_per_second,
    network_receive_bytes_per_second,
    network_transmit_bytes_per_second,
    outcome,
    outcome_reason,
    (SELECT c.contested_by FROM contested_now AS c WHERE c.domain_id = domains_now.domain_id) AS contested_by
FROM domains_now
WHERE host_id = %(host_id)s
ORDER BY name, uuid
