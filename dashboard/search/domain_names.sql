-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what VMs can be found by, those of before included. Reads no time series.
-- Parameters: limit (rows)
-- Columns: one DomainNames each; host, owner and tags are null for a VM that libvirt no longer knows
SELECT
    k.uuid::text AS uuid,
    k.name,
    n.host,
    n.owner,
    n.tags,
    old.names AS former_names
FROM domains_known AS k
LEFT JOIN domains_now AS n USING (domain_id)
LEFT JOIN (
    SELECT domain_id, array_agg(name ORDER BY valid_to DESC) AS names
    FROM domain_name_history
    WHERE valid_to IS NOT NULL
    GROUP BY domain_id
) AS old USING (domain_id)
-- Where there are more than can be held, what libvirt knows comes first.
ORDER BY k.removed_at IS NOT NULL, k.name COLLATE "C", k.uuid
LIMIT %(limit)s
