-- SPDX-License-Identifier: Apache-2.0
-- Messages that could not be stored, within a day, by reason.
SELECT reason, count(*), max(received_at)::text
FROM quarantine
WHERE received_at > now() - INTERVAL '1 day'
GROUP BY reason
ORDER BY reason
