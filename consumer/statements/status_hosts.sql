-- SPDX-License-Identifier: Apache-2.0
-- Each host: age of its newest sample, how late that came, what waits in its spool, samples that never came
-- within a day. One row per host.
SELECT
    p.host,
    p.publisher_version,
    p.staleness_seconds,
    p.lag_seconds,
    p.spool_message_count,
    p.dropped_message_count,
    coalesce(g.missing_count, 0)::bigint AS missing_count
FROM pipeline_now AS p
LEFT JOIN (
    SELECT host_id, sum(missing_count) AS missing_count
    FROM publisher_gaps
    WHERE before_time > now() - INTERVAL '1 day'
    GROUP BY host_id
) AS g USING (host_id)
ORDER BY p.staleness_seconds DESC NULLS FIRST, p.host
