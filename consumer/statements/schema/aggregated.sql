-- SPDX-License-Identifier: Apache-2.0
-- What migration 21 will copy out of continuous aggregates: how many aggregates there are.
-- Of what is older than the samples and still kept: the buckets, their bytes, and the bytes of the largest chunk as rows.
-- All by the statistics.
-- Parameters: levels, and for how many seconds each is kept (null: for ever).
WITH copied AS (
    SELECT
        pg_total_relation_size(c.name) + coalesce(pg_total_relation_size(c.columns), 0) AS size,
        greatest(
            z.uncompressed_heap_size + z.uncompressed_toast_size + z.uncompressed_index_size, pg_total_relation_size(c.name)
        ) AS row_size,
        -- A chunk that was never analysed has -1 tuples.
        coalesce(z.numrows_pre_compression, 0) + greatest(s.reltuples, pg_relation_size(c.name) / 1000) AS row_count,
        extract(epoch FROM least(c.range_end, c.oldest) - greatest(c.range_start, now() - c.keep))
            / extract(epoch FROM c.range_end - c.range_start) AS share
    FROM (
        SELECT
            format('%%I.%%I', k.chunk_schema, k.chunk_name)::regclass AS name,
            CASE WHEN n.id IS NOT NULL THEN format('%%I.%%I', n.schema_name, n.table_name)::regclass END AS columns,
            i.id,
            k.range_start,
            k.range_end,
            p.seconds * INTERVAL '1 second' AS keep,
            (
                SELECT min(r.range_start)
                FROM timescaledb_information.chunks AS r
                WHERE r.hypertable_schema = 'kvmgrid' AND r.hypertable_name = left(a.view_name, -3)
            ) AS oldest
        FROM timescaledb_information.continuous_aggregates AS a
        JOIN unnest(%(levels)s::text[], %(seconds)s::double precision[]) AS p (level, seconds)
            ON p.level = right(a.view_name, 2) AND p.level IN ('5m', '1h', '1d')
        JOIN timescaledb_information.chunks AS k
            ON k.hypertable_schema = a.materialization_hypertable_schema AND k.hypertable_name = a.materialization_hypertable_name
        JOIN _timescaledb_catalog.chunk AS i ON i.schema_name = k.chunk_schema AND i.table_name = k.chunk_name
        LEFT JOIN _timescaledb_catalog.chunk AS n ON n.id = i.compressed_chunk_id
        WHERE a.view_schema = 'kvmgrid'
    ) AS c
    JOIN pg_class AS s ON s.oid = c.name
    LEFT JOIN _timescaledb_catalog.compression_chunk_size AS z ON z.chunk_id = c.id
)
SELECT
    (SELECT count(*) FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'kvmgrid'),
    coalesce(sum(row_count * share) FILTER (WHERE share > 0), 0)::bigint,
    coalesce(sum(size * share) FILTER (WHERE share > 0), 0)::bigint,
    coalesce(max(row_size) FILTER (WHERE share > 0), 0)::bigint
FROM copied
