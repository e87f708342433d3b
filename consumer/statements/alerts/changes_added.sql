-- SPDX-License-Identifier: Apache-2.0
-- Adds what became of alerts (arrays of equal length), in this order.
INSERT INTO alert_changes (alert_id, changed_at, kind, severity, value, words)
SELECT alert_id, %(now)s, kind, severity, value, words
FROM unnest(
    %(ids)s::bigint[], %(kinds)s::text[], %(severities)s::text[], %(values)s::float8[], %(words)s::text[]
) WITH ORDINALITY AS k (alert_id, kind, severity, value, words, number)
ORDER BY number
