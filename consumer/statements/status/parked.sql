-- SPDX-License-Identifier: Apache-2.0
-- Late messages that wait in the database for their turn: how many, bytes, and for how long the oldest in seconds.
SELECT count(*), coalesce(sum(body_bytes), 0)::bigint, extract(epoch FROM now() - min(received_at))::double precision
FROM parked_messages
