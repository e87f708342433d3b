-- SPDX-License-Identifier: Apache-2.0
-- Each host: age and lag of its newest sample, messages in its spool; messages missing within a day, seconds its clock is off.
-- One row per host. The view publisher_gaps would sort a week of messages for the day.
SELECT
    p.host,
    p.publisher_version,
    p.staleness_seconds,
    p.lag_seconds,
    p.spool_message_count,
    p.dropped_message_count,
    -- Sequences reach to 2^63 - 1, and each epoch of a host begins anew: a sum may be larger.
    least(coalesce(g.missing_count, 0), 9223372036854775807)::bigint AS missing_count,
    l.clock_offset_seconds
FROM pipeline_now AS p
LEFT JOIN host_latest AS l USING (host_id)
LEFT JOIN (
    SELECT host_id, sum(sequence::numeric - previous_sequence - 1) AS missing_count
    FROM (
        SELECT host_id, sequence, lag(sequence) OVER (PARTITION BY host_id, epoch ORDER BY sequence) AS previous_sequence
        FROM (
            SELECT host_id, epoch, sequence FROM publisher_reports WHERE sampled_at > now() - INTERVAL '1 day'
            UNION ALL
            SELECT host_id, epoch, sequence FROM events WHERE occurred_at > now() - INTERVAL '1 day'
        ) AS arrived
    ) AS neighbours
    WHERE sequence > previous_sequence + 1
    GROUP BY host_id
) AS g USING (host_id)
ORDER BY p.staleness_seconds DESC NULLS FIRST, p.host
