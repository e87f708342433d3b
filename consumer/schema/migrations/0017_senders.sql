-- SPDX-License-Identifier: Apache-2.0
-- For `kvmgrid-consumer status`: who sends, and how much. A view reads with its owner's rights: a grant on a column
-- cannot be added once TimescaleDB keeps a table in columns.

-- Who has sent within the last minute: messages of that minute that were stored as samples; and messages that were set
-- aside, where the last came within it, since the hour began.
-- Samples that are older than an hour when they arrive are left out: to find them, a day of reports would be read.
CREATE VIEW senders_now AS
SELECT
    host,
    sum(stored_count)::bigint AS stored_count,
    sum(quarantined_count)::bigint AS quarantined_count
FROM (
    SELECT h.host, count(*) AS stored_count, 0 AS quarantined_count
    FROM publisher_reports AS r
    JOIN hosts AS h USING (host_id)
    WHERE r.sampled_at > now() - INTERVAL '1 hour' AND r.received_at > now() - INTERVAL '1 minute'
    GROUP BY h.host
    UNION ALL
    SELECT coalesce(nullif(q.host, ''), '(nobody)'), 0, sum(q.message_count)
    FROM quarantine_counts AS q
    WHERE q.hour > now() - INTERVAL '2 hours' AND q.newest_at > now() - INTERVAL '1 minute'
    GROUP BY 1
) AS came
GROUP BY host;

GRANT SELECT ON senders_now TO kvmgrid_ingest, kvmgrid_dashboard;

-- Whole numbers of any size that a publisher may send: sequences 0 and 2^63 - 1 are next to each other, and their
-- distances are added up.
CREATE OR REPLACE VIEW publisher_gaps AS
WITH span AS (
    SELECT now() - least(INTERVAL '7 days', min(keep)) AS edge
    FROM retention
    WHERE level IN ('events', 'reports')
)
SELECT
    g.host_id,
    h.host,
    g.epoch,
    g.previous_sequence + 1 AS first_missing,
    g.sequence - 1 AS last_missing,
    g.sequence - g.previous_sequence - 1 AS missing_count,
    (
        SELECT least(coalesce(sum(
            least(d.last_sequence, g.sequence - 1)::numeric - greatest(d.first_sequence, g.previous_sequence + 1) + 1
        ), 0), g.sequence - g.previous_sequence - 1)::bigint
        FROM dropped_ranges AS d
        WHERE d.host_id = g.host_id
            AND d.epoch = g.epoch
            AND d.first_sequence < g.sequence
            AND d.last_sequence > g.previous_sequence
    ) AS reported_dropped_count,
    g.previous_time AS after_time,
    g.time AS before_time
FROM (
    SELECT
        host_id,
        epoch,
        sequence,
        time,
        lag(sequence) OVER newer AS previous_sequence,
        lag(time) OVER newer AS previous_time
    FROM (
        SELECT host_id, epoch, sequence, sampled_at AS time
        FROM publisher_reports
        WHERE sampled_at > (SELECT edge FROM span)
        UNION ALL
        SELECT host_id, epoch, sequence, occurred_at
        FROM events
        WHERE occurred_at > (SELECT edge FROM span)
    ) AS arrived
    WINDOW newer AS (PARTITION BY host_id, epoch ORDER BY sequence)
) AS g
JOIN hosts AS h USING (host_id)
WHERE g.sequence > g.previous_sequence + 1
    AND g.previous_time > (SELECT edge FROM span) + INTERVAL '1 hour';
