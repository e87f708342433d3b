-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the object of an alert, and when samples of it are expected. Reads no time series.
-- Parameters: alert_id
-- Columns: one AlertObject; times of the VM where the alert is about one, else of the host
SELECT
    a.host_id,
    a.domain_id,
    coalesce(k.first_seen_at, h.first_seen_at) AS first_seen_at,
    k.removed_at,
    CASE WHEN a.domain_id IS NULL THEN h.sampled_at ELSE n.taken_at END AS sampled_at,
    CASE WHEN a.domain_id IS NULL THEN h.freshness ELSE coalesce(n.freshness, 'stale') END AS freshness,
    h.tick_seconds,
    coalesce(h.is_catching_up, false) AS is_catching_up
FROM alerts_named AS a
JOIN hosts_now AS h ON h.host_id = a.host_id
LEFT JOIN domains_known AS k ON k.domain_id = a.domain_id
LEFT JOIN domains_now AS n ON n.domain_id = a.domain_id
WHERE a.alert_id = %(alert_id)s
