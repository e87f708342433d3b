-- SPDX-License-Identifier: Apache-2.0
-- Whose messages could not be stored, within a day: by the broker user that sent them.
SELECT coalesce(user_id, '(nobody)') AS host, count(*), array_agg(DISTINCT reason ORDER BY reason), max(received_at)::text
FROM quarantine
WHERE received_at > now() - INTERVAL '1 day'
GROUP BY 1
ORDER BY 2 DESC, 1
