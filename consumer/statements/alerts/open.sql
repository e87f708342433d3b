-- SPDX-License-Identifier: Apache-2.0
-- The alerts that are open.
SELECT
    alert_id, rule, severity, subject, host_id, domain_id, part, words, value, extract(epoch FROM began_at)::float8,
    extract(epoch FROM fired_at)::float8, is_flapping, hidden_by, hidden_because
FROM alerts
WHERE resolved_at IS NULL
ORDER BY alert_id
