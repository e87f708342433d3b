-- SPDX-License-Identifier: Apache-2.0
-- Gives open alerts (arrays of equal length) what became of them; resolved_at is null where one still fires.
UPDATE alerts AS a
SET severity = k.severity, words = k.words, value = k.value, host_id = k.host_id, is_flapping = k.is_flapping,
    hidden_by = k.hidden_by, hidden_because = k.hidden_because,
    resolved_at = CASE WHEN k.is_resolved THEN %(now)s::timestamptz END, resolved_because = k.resolved_because
FROM unnest(
    %(ids)s::bigint[], %(severities)s::text[], %(words)s::text[], %(values)s::float8[], %(hosts)s::integer[],
    %(flapping)s::boolean[], %(hidden_by)s::bigint[], %(hidden_because)s::text[], %(resolved)s::boolean[],
    %(because)s::text[]
) AS k (
    alert_id, severity, words, value, host_id, is_flapping, hidden_by, hidden_because, is_resolved, resolved_because
)
WHERE a.alert_id = k.alert_id
