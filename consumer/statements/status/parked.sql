-- SPDX-License-Identifier: Apache-2.0
-- Late messages that wait in the database for their turn: how many, bytes, for how long the oldest in seconds; whose are most,
-- and how many bytes of these.
WITH parked AS (
    SELECT
        coalesce(user_id, '(nobody)') AS host, count(*) AS message_count, sum(body_bytes) AS body_bytes,
        min(received_at) AS oldest_at
    FROM parked_messages
    GROUP BY user_id
)
SELECT
    coalesce(sum(message_count), 0)::bigint,
    coalesce(sum(body_bytes), 0)::bigint,
    extract(epoch FROM now() - min(oldest_at))::double precision,
    (SELECT host FROM parked ORDER BY body_bytes DESC, host LIMIT 1),
    coalesce(max(body_bytes), 0)::bigint
FROM parked
