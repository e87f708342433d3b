-- SPDX-License-Identifier: Apache-2.0
-- Samples of VMs, of messages by host and time (arrays of equal length). Who lived there then is in residency.
SELECT {columns}
FROM unnest(%(owners)s::integer[], %(times)s::timestamptz[]) AS b (host_id, sampled_at)
CROSS JOIN LATERAL (
    SELECT DISTINCT y.domain_id
    FROM residency AS y
    WHERE y.host_id = b.host_id AND (y.valid_to IS NULL OR y.valid_to >= b.sampled_at)
) AS stay
JOIN domain_samples AS s
    ON s.domain_id = stay.domain_id AND s.sampled_at = b.sampled_at AND s.host_id = b.host_id
JOIN domains AS d ON d.domain_id = stay.domain_id AND d.removed_at IS NULL
