-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what the VMs of one host took of one thing in a short range: the greatest ten, all others together, and all.
-- Parameters: host_id, figure (cpu, memory, disk or network), start, end (instants);
--   top_count, chosen (keys of VMs by place. Empty: those that took most.)
-- Columns: one StackCurve each, by place; that of the others comes after the ten, that of all last. A VM counts while it was here:
--   samples name their host. A value is null where a VM that was not off has none; what is off takes nothing.
WITH residents AS MATERIALIZED (
    SELECT DISTINCT domain_id, uuid, name
    FROM residency_named
    WHERE host_id = %(host_id)s AND valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(start)s)
),

parts AS MATERIALIZED (
    SELECT
        r.domain_id,
        m.time,
        m.value,
        m.steal_ratio AS steal,
        m.value IS NULL AND m.state <> 5 AS is_unknown
    FROM residents AS r
    CROSS JOIN LATERAL (
        SELECT
            time,
            state,
            steal_ratio::double precision,
            CASE %(figure)s::text
                WHEN 'cpu' THEN cpu_cores::double precision
                WHEN 'memory' THEN memory_resident_bytes::double precision
                WHEN 'disk' THEN (block_read_bytes_per_second + block_write_bytes_per_second)::double precision
                WHEN 'network' THEN (network_receive_bytes_per_second + network_transmit_bytes_per_second)::double precision
            END AS value
        FROM domain_metrics
        WHERE domain_id = r.domain_id AND host_id = %(host_id)s AND time >= %(start)s AND time < %(end)s
        -- VM by VM, by the key: without it all VMs of the fleet may be read.
        OFFSET 0
    ) AS m
),

-- By what they took in all of the range: one that was here for a part of it counts for that part. Or as they were chosen before.
ranked AS MATERIALIZED (
    SELECT
        domain_id,
        CASE
            WHEN cardinality(%(chosen)s::integer[]) = 0 THEN row_number() OVER (ORDER BY sum(value) DESC NULLS LAST, domain_id)
            ELSE coalesce(array_position(%(chosen)s::integer[], domain_id), %(top_count)s + 1)
        END AS place,
        max(value) AS greatest,
        avg(steal) AS steal_ratio
    FROM parts
    GROUP BY domain_id
),

curves AS MATERIALIZED (
    SELECT least(k.place, %(top_count)s + 1) AS place, p.time, sum(p.value) AS value, bool_or(p.is_unknown) AS is_unknown
    FROM parts AS p
    JOIN ranked AS k USING (domain_id)
    GROUP BY 1, 2
),

-- Who waited most for a CPU, whatever it took.
sufferer AS (
    SELECT r.uuid, r.name, k.steal_ratio
    FROM ranked AS k
    JOIN residents AS r USING (domain_id)
    WHERE k.steal_ratio IS NOT NULL
    ORDER BY k.steal_ratio DESC, k.place
    LIMIT 1
),

everything AS (
    SELECT * FROM curves
    UNION ALL
    SELECT %(top_count)s + 2, time, sum(value), bool_or(is_unknown) FROM curves GROUP BY time
)

SELECT
    c.place::integer AS place,
    k.domain_id,
    r.uuid::text AS uuid,
    r.name,
    (SELECT count(*) FROM ranked WHERE least(place, %(top_count)s + 1) = c.place OR c.place > %(top_count)s + 1)::integer AS domain_count,
    sum(c.value) / (SELECT count(DISTINCT time) FROM curves) AS mean,
    k.greatest,
    k.steal_ratio,
    (SELECT uuid::text FROM sufferer) AS sufferer_uuid,
    (SELECT name FROM sufferer) AS sufferer_name,
    (SELECT steal_ratio FROM sufferer) AS sufferer_steal_ratio,
    array_agg(extract(epoch FROM c.time)::double precision ORDER BY c.time) AS times_seconds,
    array_agg(CASE WHEN NOT c.is_unknown THEN c.value END ORDER BY c.time) AS amounts
FROM everything AS c
LEFT JOIN ranked AS k ON k.place = c.place AND c.place <= %(top_count)s
LEFT JOIN residents AS r ON r.domain_id = k.domain_id
GROUP BY c.place, k.domain_id, r.uuid, r.name, k.greatest, k.steal_ratio
ORDER BY c.place
