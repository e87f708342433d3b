-- SPDX-License-Identifier: Apache-2.0
-- Ends a silence that is not over, once.
INSERT INTO alert_silence_ends (silence_id, said_by)
SELECT silence_id, %(said_by)s
FROM alert_silences AS s
WHERE s.silence_id = %(silence_id)s
    AND coalesce(s.ends_at, 'infinity') > now()
    AND NOT EXISTS (SELECT FROM alert_silence_ends AS e WHERE e.silence_id = s.silence_id)
