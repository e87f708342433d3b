-- SPDX-License-Identifier: Apache-2.0
-- The continuous aggregates of migration 4 go, and every job of TimescaleDB's with them. What they have from before the
-- oldest sample is copied into the tables of migration 18; from there on the first upkeep fills these from the samples,
-- step by step, and until then the views read the level below. Time in state and histograms begin with the oldest sample.
--
-- A year of a large fleet takes hours to copy, so this may be interrupted and run again. First it is written down what is to
-- be copied, and jobs end: no sample is dropped from now on. Then a piece at a time is copied, while everything goes on as
-- before. At last, relation by relation, aggregates are dropped and the new views put in their place. Migration 19 did all
-- this in one transaction; on a database that has it nothing is left to be done here.
-- transaction: none
-- replaces: 0019

-- Views over TimescaleDB's own keep its extension from being updated.
DROP VIEW IF EXISTS refresh_policies, retention_policies, relation_jobs;

DO $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT DISTINCT j.job_id
        FROM timescaledb_information.jobs AS j
        LEFT JOIN timescaledb_information.continuous_aggregates AS a
            ON (j.hypertable_schema, j.hypertable_name) IN (
                (a.view_schema, a.view_name), (a.materialization_hypertable_schema, a.materialization_hypertable_name)
            )
        WHERE 'kvmgrid' IN (j.hypertable_schema, a.view_schema)
    LOOP
        PERFORM delete_job(entry.job_id);
    END LOOP;
    -- Converted by the consumer's upkeep (convert_chunk), and here as soon as a chunk is copied.
    FOR entry IN
        SELECT rollup_table(r.relation, l.level) AS buckets, r.keys
        FROM rollup_relations AS r
        CROSS JOIN rollup_levels AS l
        JOIN timescaledb_information.hypertables AS h
            ON h.hypertable_schema = 'kvmgrid' AND h.hypertable_name = rollup_table(r.relation, l.level)
        WHERE NOT h.compression_enabled
    LOOP
        EXECUTE format(
            'ALTER TABLE kvmgrid.%I SET (timescaledb.enable_columnstore, timescaledb.segmentby = %L, timescaledb.orderby = %L)',
            entry.buckets, array_to_string(entry.keys, ', '), 'bucket DESC'
        );
    END LOOP;
END
$$;

-- How far each level is copied, up to which bucket it will be; for the level 'raw' the oldest sample. A relation whose
-- aggregates are dropped has no rows any more. Without an edge there is nothing to copy.
CREATE TABLE IF NOT EXISTS rollup_takeover (
    relation text NOT NULL,
    level text NOT NULL,
    copied_from timestamptz,
    copied_until timestamptz NOT NULL,
    edge timestamptz,
    bucket_count integer NOT NULL DEFAULT 12,
    PRIMARY KEY (relation, level)
);

-- Where samples were dropped, what the aggregates have of then is all there is: it is never made from samples again. What
-- is older than its level is kept would be dropped at once.
DO $$
DECLARE
    series record;
    entry record;
    oldest timestamptz;
    edge timestamptz;
    is_history boolean;
BEGIN
    FOR series IN
        SELECT r.relation
        FROM rollup_relations AS r
        JOIN timescaledb_information.continuous_aggregates AS a
            ON a.view_schema = 'kvmgrid' AND a.view_name = r.relation || '_1d'
        WHERE NOT EXISTS (SELECT FROM rollup_takeover AS t WHERE t.relation = r.relation)
        ORDER BY r.relation
    LOOP
        SELECT coalesce(min(c.range_start), time_bucket(INTERVAL '1 day', now())) INTO oldest
        FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = 'kvmgrid' AND c.hypertable_name = series.relation;
        is_history := false;
        FOR entry IN SELECT l.level, l.width FROM rollup_levels AS l LOOP
            CONTINUE WHEN is_history;
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM kvmgrid.%I WHERE bucket <= $1 - $2)', series.relation || '_' || entry.level
            ) INTO is_history USING oldest, entry.width;
        END LOOP;
        INSERT INTO rollup_takeover (relation, level, copied_until, edge)
        VALUES (series.relation, 'raw', oldest, CASE WHEN is_history THEN oldest END);
        edge := oldest;
        FOR entry IN
            SELECT l.level, l.width, coalesce(time_bucket(l.width, now() - p.keep), '-infinity') AS kept_from
            FROM rollup_levels AS l
            JOIN retention AS p USING (level)
            ORDER BY l.width
        LOOP
            -- A bucket that began before the oldest sample is whole in the aggregate; one that runs is not.
            edge := least(
                time_bucket(entry.width, edge + entry.width - INTERVAL '1 microsecond'), time_bucket(entry.width, now())
            );
            INSERT INTO rollup_takeover (relation, level, copied_until, edge)
            VALUES (series.relation, entry.level, entry.kept_from, CASE WHEN is_history THEN edge END);
        END LOOP;
    END LOOP;
END
$$;

-- Copies the next piece, or converts a chunk that is copied; returns how far its level is, null if nothing is left. A piece
-- is about half a million buckets, and never more than 2,016 of each series.
CREATE OR REPLACE FUNCTION copy_rollup_piece() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
AS $$
DECLARE
    piece record;
    first timestamptz;
    stop timestamptz;
    missing text;
    row_count bigint;
BEGIN
    SELECT d.chunk, d.relation AS buckets INTO piece
    FROM chunks_in_rows() AS d
    JOIN rollup_takeover AS t ON d.relation = rollup_table(t.relation, t.level) AND d.range_end <= t.copied_until
    WHERE t.edge IS NOT NULL AND t.level <> 'raw'
    LIMIT 1;
    IF FOUND THEN
        PERFORM compress_chunk(piece.chunk::regclass, if_not_compressed => true);
        RETURN piece.buckets || ': a chunk is in columns';
    END IF;
    SELECT t.*, l.width INTO piece
    FROM rollup_takeover AS t
    JOIN rollup_levels AS l USING (level)
    WHERE t.copied_until < t.edge
    ORDER BY t.relation, l.width
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- By the chunks of all levels: a level that was not refreshed yet shows what the level below has.
    SELECT least(piece.edge, coalesce(time_bucket(piece.width, min(greatest(c.range_start, piece.copied_until))), piece.edge))
    INTO first
    FROM timescaledb_information.continuous_aggregates AS a
    JOIN timescaledb_information.chunks AS c
        ON c.hypertable_schema = a.materialization_hypertable_schema AND c.hypertable_name = a.materialization_hypertable_name
    WHERE a.view_schema = 'kvmgrid'
        AND a.view_name IN (SELECT piece.relation || '_' || level FROM unnest(ARRAY['1m', '5m', '1h', '1d']) AS level)
        AND c.range_end > piece.copied_until;
    -- The bucket in which a chunk begins may have begun before what is copied already.
    first := greatest(first, piece.copied_until);
    stop := least(piece.edge, first + piece.bucket_count * piece.width);
    SELECT coalesce(string_agg(format(', NULL::%s AS %I', c.type, c.name), ''), '') INTO missing
    FROM rollup_columns(piece.relation, piece.level) AS c
    WHERE c.place >= 1000000;
    EXECUTE rollup_written(piece.relation, piece.level, format(
        'SELECT v.* %s FROM kvmgrid.%I AS v WHERE v.bucket >= $1 AND v.bucket < $2', missing, piece.relation || '_' || piece.level
    )) USING first, stop;
    GET DIAGNOSTICS row_count = ROW_COUNT;
    UPDATE rollup_takeover AS t SET
        copied_from = coalesce(t.copied_from, first),
        copied_until = stop,
        bucket_count = greatest(1, least(2016, t.bucket_count * 4, t.bucket_count * 500000 / greatest(row_count, 1)))
    WHERE t.relation = piece.relation AND t.level = piece.level;
    RETURN format(
        '%s_%s: %s %% copied', piece.relation, piece.level,
        CASE
            WHEN stop >= piece.edge THEN 100
            ELSE 10 * floor(10 * extract(epoch FROM stop - coalesce(piece.copied_from, first))
                / extract(epoch FROM piece.edge - coalesce(piece.copied_from, first)))
        END
    );
END
$$;

-- Drops the aggregates of the next relation, puts its views over the tables, and returns its name; null if none is left.
CREATE OR REPLACE FUNCTION replace_rollup_aggregates() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    series text;
    level text;
    entry record;
BEGIN
    SELECT t.relation INTO series FROM rollup_takeover AS t WHERE t.level = 'raw' ORDER BY t.relation LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOREACH level IN ARRAY ARRAY['1d', '1h', '5m', '1m'] LOOP
        EXECUTE format('DROP MATERIALIZED VIEW kvmgrid.%I', series || '_' || level);
    END LOOP;
    FOREACH level IN ARRAY ARRAY['1m', '5m', '1h', '1d'] LOOP
        PERFORM replace_rollup_view(series, level);
        EXECUTE format('GRANT SELECT ON kvmgrid.%I TO kvmgrid_dashboard', series || '_' || level);
    END LOOP;
    FOR entry IN SELECT t.level, t.edge FROM rollup_takeover AS t WHERE t.relation = series AND t.edge IS NOT NULL LOOP
        IF entry.level = 'raw' THEN
            UPDATE rollup_marks AS m SET kept_from = entry.edge WHERE m.relation = series AND m.level = 'raw';
        ELSE
            EXECUTE format(
                'UPDATE kvmgrid.rollup_marks AS m SET done = $1,'
                ' kept_from = coalesce((SELECT min(b.bucket) FROM kvmgrid.%I AS b), $1)'
                ' WHERE m.relation = $2 AND m.level = $3', rollup_table(series, entry.level)
            ) USING entry.edge, series, entry.level;
        END IF;
    END LOOP;
    -- Whatever is older than a `done` has to be noted.
    UPDATE rollup_announced SET announced = greatest(
        announced, (SELECT t.edge FROM rollup_takeover AS t WHERE t.relation = series AND t.level = '5m')
    );
    DELETE FROM rollup_takeover AS t WHERE t.relation = series;
    RETURN series || ': aggregates are dropped';
END
$$;
-- next
-- repeated
SELECT copy_rollup_piece();
-- next
-- repeated
SELECT replace_rollup_aggregates();
-- next
DROP FUNCTION IF EXISTS copy_rollup_piece(), replace_rollup_aggregates();
DROP TABLE IF EXISTS rollup_takeover;
