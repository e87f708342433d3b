-- SPDX-License-Identifier: Apache-2.0
-- Purpose: what the VMs of one host took of one thing in a range, averaged per bucket: the greatest ten, all others together, and all.
-- Parameters: host_id, figure (cpu, memory, disk or network), bucket_seconds, stored_seconds (of a bucket of the view);
--   start (at the edge of a bucket), end (instants); top_count, chosen (keys of VMs by place. Empty: those that took most.)
-- Identifier: view (domain_samples_1m, _5m, _1h or _1d)
-- Columns: one StackCurve each, by place; that of the others comes after the ten, that of all last. Buckets do not name a host: a VM that
--   was here for a part of one counts with its mean for that part. A value is null where a VM that was not off has none.
WITH stays AS MATERIALIZED (
    SELECT
        domain_id,
        uuid,
        name,
        greatest(valid_from, %(start)s) AS valid_from,
        least(coalesce(valid_to, %(end)s), %(end)s) AS valid_to
    FROM residency_named
    WHERE host_id = %(host_id)s AND valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(start)s)
),

residents AS MATERIALIZED (
    SELECT domain_id, uuid, name, bool_or(valid_from <= %(start)s AND valid_to >= %(end)s) AS is_whole
    FROM stays
    GROUP BY domain_id, uuid, name
),

parts AS MATERIALIZED (
    SELECT
        r.domain_id,
        s.bucket,
        -- What is off takes nothing.
        s.total / nullif(s.known_count + s.state_off_count, 0) * s.share AS value,
        s.steal,
        s.known_count = 0 AND s.state_off_count < s.sample_count AS is_unknown
    FROM residents AS r
    CROSS JOIN LATERAL (
        SELECT
            bucket,
            sample_count,
            state_off_count,
            steal_ratio_sum / nullif(steal_ratio_count, 0) AS steal,
            CASE %(figure)s::text
                WHEN 'cpu' THEN cpu_cores_sum
                WHEN 'memory' THEN memory_resident_bytes_sum::double precision
                WHEN 'disk' THEN block_read_bytes_per_second_sum + block_write_bytes_per_second_sum
                WHEN 'network' THEN network_receive_bytes_per_second_sum + network_transmit_bytes_per_second_sum
            END AS total,
            CASE %(figure)s::text
                WHEN 'cpu' THEN cpu_cores_count
                WHEN 'memory' THEN memory_resident_bytes_count
                WHEN 'disk' THEN block_read_bytes_per_second_count
                WHEN 'network' THEN network_receive_bytes_per_second_count
            END AS known_count,
            CASE
                WHEN r.is_whole THEN 1.0::double precision
                ELSE (
                    SELECT
                        sum(extract(epoch FROM least(t.valid_to, bucket + make_interval(secs => %(stored_seconds)s))
                            - greatest(t.valid_from, bucket)))::double precision
                        / extract(epoch FROM least(bucket + make_interval(secs => %(stored_seconds)s), %(end)s) - bucket)
                    FROM stays AS t
                    WHERE
                        t.domain_id = r.domain_id
                        AND t.valid_from < bucket + make_interval(secs => %(stored_seconds)s)
                        AND t.valid_to > bucket
                )
            END AS share
        FROM {view}
        WHERE domain_id = r.domain_id AND bucket >= %(start)s AND bucket < %(end)s
        -- VM by VM, by the key: without it all VMs of the fleet may be read.
        OFFSET 0
    ) AS s
    -- Before it came and after it left it was on another host.
    WHERE s.share > 0
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

summed AS (
    SELECT
        least(k.place, %(top_count)s + 1) AS place,
        date_bin(make_interval(secs => %(bucket_seconds)s), p.bucket, TIMESTAMPTZ 'epoch') AS time,
        sum(p.value) AS value,
        bool_or(p.is_unknown) AS is_unknown
    FROM parts AS p
    JOIN ranked AS k USING (domain_id)
    GROUP BY 1, 2
),

-- A VM that was in one of the buckets that are taken together counts with a part of them.
spans AS (
    SELECT
        date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch') AS time,
        count(*) AS bucket_count
    FROM (SELECT DISTINCT bucket FROM parts) AS known
    GROUP BY 1
),

curves AS MATERIALIZED (
    SELECT s.place, s.time, s.value / p.bucket_count AS value, s.is_unknown
    FROM summed AS s
    JOIN spans AS p USING (time)
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
