-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what one VM is, how it was at its newest sample, and on which host it is or was last. Reads no time series.
-- Parameters: uuid
-- Columns: one VmNow, or no row when the VM is unknown; figures are null for one that libvirt no longer knows
SELECT
    k.domain_id,
    k.uuid::text AS uuid,
    k.name,
    k.title,
    k.autostart,
    k.first_seen_at,
    k.removed_at,
    stay.host,
    stay.valid_from AS stay_from,
    stay.valid_to AS stay_to,
    stay.host_before,
    n.taken_at AS sampled_at,
    n.stale_at,
    n.freshness,
    h.tick_seconds,
    coalesce(h.is_catching_up, false) AS is_catching_up,
    coalesce(h.is_simulated, false) AS is_simulated,
    n.state_name,
    n.state_reason_name,
    n.vcpu_count,
    n.cpu_ratio,
    n.steal_ratio,
    n.memory_assigned_bytes,
    n.memory_used_bytes,
    n.memory_resident_bytes,
    n.memory_age_seconds,
    n.outcome,
    n.outcome_reason,
    c.contested_by,
    c.since AS contested_since
FROM domains_known AS k
LEFT JOIN domains_now AS n USING (domain_id)
LEFT JOIN hosts_now AS h ON h.host_id = n.host_id
LEFT JOIN contested_now AS c ON c.domain_id = k.domain_id
LEFT JOIN LATERAL (
    SELECT r.host, r.valid_from, r.valid_to, lead(r.host) OVER (ORDER BY r.valid_from DESC) AS host_before
    FROM residency_named AS r
    WHERE r.domain_id = k.domain_id
    ORDER BY r.valid_from DESC
    LIMIT 1
) AS stay ON true
WHERE k.uuid = %(uuid)s::uuid
