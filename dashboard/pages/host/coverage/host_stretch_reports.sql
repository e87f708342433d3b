-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what a publisher said at both ends of some stretches of time, and why libvirt was away within them.
-- Parameters: host_id, starts_ms, ends_ms (milliseconds since the epoch, in pairs)
-- Columns: one StretchReport each; probes of the key, at most three for each stretch
SELECT
    s.number::integer AS number,
    found.side,
    extract(epoch FROM found.time)::double precision AS time_seconds,
    extract(epoch FROM found.received_at)::double precision AS received_seconds,
    found.epoch,
    found.sequence,
    found.boot_id,
    found.cpu_seconds,
    found.missed_tick_count,
    found.dropped_message_count,
    found.spool_message_count,
    found.hypervisor_state,
    found.hypervisor_reason
FROM
    (
        SELECT
            number,
            to_timestamp(start_ms / 1000.0) AS start,
            to_timestamp(end_ms / 1000.0) AS "end"
        FROM unnest(%(starts_ms)s::bigint[], %(ends_ms)s::bigint[]) WITH ORDINALITY AS u (start_ms, end_ms, number)
    ) AS s
CROSS JOIN LATERAL (
    (
        SELECT 'before' AS side, p.*
        FROM publisher_history AS p
        WHERE p.host_id = %(host_id)s AND p.time <= s.start AND p.time >= s.start - INTERVAL '30 days'
        ORDER BY p.time DESC
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'after' AS side, p.*
        FROM publisher_history AS p
        WHERE p.host_id = %(host_id)s AND p.time >= s."end" AND p.time < s."end" + INTERVAL '30 days'
        ORDER BY p.time
        LIMIT 1
    )
    UNION ALL
    (
        SELECT 'within' AS side, p.*
        FROM publisher_history AS p
        WHERE p.host_id = %(host_id)s
            AND p.time >= s.start
            AND p.time < least(s."end", s.start + INTERVAL '1 day')
            AND p.hypervisor_state = 'disconnected'
        ORDER BY p.time
        LIMIT 1
    )
) AS found
ORDER BY number
