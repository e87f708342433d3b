-- SPDX-License-Identifier: Apache-2.0
-- Which of these reports are of another message than the stored one of their host and instant: a host that stepped back.
-- The stored one by a subquery: whatever the planner thinks of the tables, it is looked up by its key.
-- One row each: the message, by its id on the wire, and what is stored.
SELECT incoming.message_id, incoming.stored
FROM (
    SELECT
        h.host || '/' || s.epoch || '/' || s.sequence AS message_id,
        (
            SELECT h.host || '/' || r.epoch || '/' || r.sequence
            FROM publisher_reports AS r
            WHERE r.host_id = s.host_id AND r.sampled_at = s.sampled_at
        ) AS stored
    FROM stage_publisher_reports AS s
    JOIN hosts AS h USING (host_id)
) AS incoming
WHERE incoming.stored <> incoming.message_id
