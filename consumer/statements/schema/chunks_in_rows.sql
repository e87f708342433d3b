-- SPDX-License-Identifier: Apache-2.0
-- Chunks that would be in columns by now: how many, their bytes and those of the largest.
-- By the age of chunks_in_rows(), which an older database lacks.
SELECT count(*), coalesce(sum(c.size), 0)::bigint, coalesce(max(c.size), 0)
FROM (
    SELECT pg_total_relation_size(format('%I.%I', chunk_schema, chunk_name)::regclass) AS size
    FROM timescaledb_information.chunks
    WHERE hypertable_schema = 'kvmgrid'
        AND hypertable_name <> 'events'
        AND NOT is_compressed
        AND range_end + (range_end - range_start) / 2 < now()
) AS c
