-- SPDX-License-Identifier: Apache-2.0
-- Silences, the newest first. with_over: also those that are over or ended; now: when that is asked.
SELECT
    s.silence_id,
    s.selector,
    s.reason,
    s.starts_at,
    s.ends_at,
    s.said_by,
    s.said_at,
    e.ended_at
FROM alert_silences AS s
LEFT JOIN (
    SELECT silence_id, min(ended_at) AS ended_at FROM alert_silence_ends GROUP BY silence_id
) AS e USING (silence_id)
WHERE %(with_over)s OR (s.ends_at > %(now)s AND coalesce(e.ended_at, 'infinity') > %(now)s)
ORDER BY s.silence_id DESC
