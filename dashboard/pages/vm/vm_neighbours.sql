-- SPDX-License-Identifier: Apache-2.0
-- Purpose: which VMs shared a host at an instant, with their CPU and steal before it, the busiest first.
-- Parameters: host_id, domain_id (left out), at, since (instants: the figures are means between them), limit (rows);
-- identifier: view (domain_samples_1m, _5m, _1h or _1d)
-- Columns: one VmNeighbour each; total_count repeats how many there were
SELECT
    r.uuid::text AS uuid,
    r.name,
    m.cpu_cores,
    m.cpu_ratio,
    m.steal_ratio,
    (count(*) OVER ())::integer AS total_count
FROM residency_named AS r
LEFT JOIN LATERAL (
    SELECT
        sum(s.cpu_cores_sum) / nullif(sum(s.cpu_cores_count), 0) AS cpu_cores,
        sum(s.cpu_ratio_sum) / nullif(sum(s.cpu_ratio_count), 0) AS cpu_ratio,
        sum(s.steal_ratio_sum) / nullif(sum(s.steal_ratio_count), 0) AS steal_ratio
    FROM {view} AS s
    WHERE s.domain_id = r.domain_id AND s.bucket >= %(since)s AND s.bucket < %(at)s
) AS m ON true
WHERE
    r.host_id = %(host_id)s
    AND r.domain_id <> %(domain_id)s
    AND r.valid_from < %(at)s
    AND (r.valid_to IS NULL OR r.valid_to >= %(at)s)
ORDER BY m.cpu_cores DESC NULLS LAST, r.name, r.uuid
LIMIT %(limit)s
