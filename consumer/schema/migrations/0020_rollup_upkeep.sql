-- SPDX-License-Identifier: Apache-2.0
-- The upkeep of the rollups as it runs now: chunks are converted beside the rest, late notes are served by whole buckets, and
-- hours and days follow once. Functions of migration 18 anew, with what they need.

-- One worker converts chunks to columns, which takes minutes, beside the one that rolls up. For the lock one has to own the
-- table.
CREATE TABLE rollup_converter (is_only boolean PRIMARY KEY);

-- A flush notes buckets of 5 minutes. Whoever writes these notes the hour, and then the day: each is written once for all
-- that came late to it. `bucket` is the last 5 minutes of the hour or day, so that it comes after all of which it is made.
ALTER TABLE rollup_late ADD COLUMN level text NOT NULL DEFAULT '5m';
CREATE INDEX rollup_late_bucket ON rollup_late (subject, bucket);
CREATE UNIQUE INDEX rollup_late_coarse ON rollup_late (subject, level, entity_id, bucket) WHERE level <> '5m';

-- The next level reads all of an hour or day. Nothing but inserts comes, so that a vacuum would come late.
DO $$
DECLARE
    buckets text;
BEGIN
    FOR buckets IN SELECT rollup_table(r.relation, l.level) FROM rollup_relations AS r CROSS JOIN rollup_levels AS l LOOP
        EXECUTE format(
            'CREATE INDEX %I ON kvmgrid.%I USING brin (bucket) WITH (pages_per_range = 32, autosummarize = on)',
            buckets || '_bucket', buckets
        );
    END LOOP;
END
$$;

-- Retention wrote down a moment within a chunk that it kept: late samples of the rest of that chunk reached no level.
UPDATE rollup_marks AS m SET kept_from = kept.range_start
FROM (
    SELECT c.hypertable_name AS relation, min(c.range_start) AS range_start
    FROM timescaledb_information.chunks AS c
    WHERE c.hypertable_schema = 'kvmgrid'
    GROUP BY c.hypertable_name
) AS kept
WHERE m.level = 'raw' AND m.relation = kept.relation AND m.kept_from > kept.range_start;

-- Late rows open as many batches of columns as they meet: TimescaleDB's limit of 100,000 rows is for those who do not know it.
ALTER FUNCTION fill_rollup(text, text, integer) SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0;
ALTER FUNCTION settle_claims(integer[]) SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0;

-- A chunk is named by whoever converts it.
DROP FUNCTION convert_chunk();

-- Makes the table of a level, or adds the columns that it lacks. Wide columns first: no space is lost between them.
CREATE OR REPLACE FUNCTION make_rollup_table(relation text, level text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    buckets text := kvmgrid.rollup_table(relation, level);
    entry record;
BEGIN
    SELECT r.keys, l.chunk_interval INTO entry
    FROM kvmgrid.rollup_relations AS r
    CROSS JOIN kvmgrid.rollup_levels AS l
    WHERE r.relation = make_rollup_table.relation AND l.level = make_rollup_table.level;
    IF to_regclass('kvmgrid.' || buckets) IS NULL THEN
        EXECUTE (
            SELECT format(
                'CREATE TABLE kvmgrid.%I (bucket timestamptz NOT NULL, %I integer NOT NULL, sample_count integer NOT NULL,'
                ' %s, PRIMARY KEY (%s, bucket))',
                buckets, entry.keys[1],
                string_agg(column_name || ' ' || c.type, ', ' ORDER BY t.typlen DESC, c.place),
                array_to_string(entry.keys, ', ')
            )
            FROM (
                SELECT c.name AS column_name, c.type, c.place
                FROM kvmgrid.rollup_columns(make_rollup_table.relation, make_rollup_table.level) AS c
                UNION ALL
                SELECT key, 'text NOT NULL', 0 FROM unnest(entry.keys[2:]) AS key
            ) AS c
            JOIN pg_type AS t ON t.oid = split_part(c.type, ' NOT', 1)::regtype
        );
        PERFORM create_hypertable(
            format('kvmgrid.%I', buckets)::regclass, by_range('bucket', entry.chunk_interval), create_default_indexes => false
        );
        -- The next level reads all of an hour or day. Nothing but inserts comes, so that a vacuum would come late.
        EXECUTE format(
            'CREATE INDEX %I ON kvmgrid.%I USING brin (bucket) WITH (pages_per_range = 32, autosummarize = on)',
            buckets || '_bucket', buckets
        );
    END IF;
    FOR entry IN
        SELECT c.name AS column_name, c.type
        FROM kvmgrid.rollup_columns(make_rollup_table.relation, make_rollup_table.level) AS c
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = format('kvmgrid.%I', buckets)::regclass AND a.attname = c.name
        )
        ORDER BY c.place
    LOOP
        EXECUTE format('ALTER TABLE kvmgrid.%I ADD COLUMN %I %s', buckets, entry.column_name, entry.type);
    END LOOP;
END
$$;

-- Moves `announced` up to a minute ago, and returns it; null while another session is the worker. While old samples are
-- being rolled up it stays within six hours of them, so that few rows have to be noted: of half the tables, so that one
-- that cannot be filled does not hold the others up.
-- Raises lock_not_available where a flush has held the gate for 0.2 s: flushes that begin wait behind this, so no longer.
CREATE OR REPLACE FUNCTION announce_rollups() RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    reached timestamptz;
    wanted timestamptz := time_bucket(INTERVAL '5 minutes', now() - INTERVAL '60 seconds');
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN NULL;
    END IF;
    SELECT a.announced INTO reached FROM kvmgrid.rollup_announced AS a;
    SELECT least(wanted, percentile_disc(0.5) WITHIN GROUP (
        ORDER BY CASE
            WHEN m.done > wanted - INTERVAL '6 hours' THEN m.done
            ELSE coalesce(kvmgrid.rollup_source_start(m.relation, m.level, m.done), wanted)
        END
    ) + INTERVAL '6 hours') INTO wanted
    FROM kvmgrid.rollup_marks AS m
    WHERE m.level = '5m';
    IF wanted > reached THEN
        LOCK TABLE kvmgrid.rollup_gate IN SHARE MODE;
        UPDATE kvmgrid.rollup_announced SET announced = wanted;
        reached := wanted;
    END IF;
    RETURN reached;
END
$$;

-- Writes the buckets of a level that have some 5-minute buckets of some entities again, as far as the level is filled and all
-- that they are made from is kept; returns how many. Reads by the key, or, where a bucket is late for more than a fifth of
-- all entities, neighbours of such in one pass.
CREATE OR REPLACE FUNCTION rewrite_rollup(relation text, level text, entities integer[], buckets timestamptz[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    step record;
    part record;
    entity_count bigint;
    condition text;
    part_count bigint;
    written_count bigint := 0;
BEGIN
    SELECT r.subject, r.keys[1] AS entity, l.width, l.source, m.done, greatest(m.kept_from, below.kept_from) AS kept_from,
        CASE
            WHEN l.source = 'raw' THEN format('kvmgrid.%I', r.relation)
            ELSE format('(%s)', kvmgrid.rollup_decoded(r.relation, l.source))
        END AS rows,
        CASE WHEN l.source = 'raw' THEN 'sampled_at' ELSE 'bucket' END AS instant
    INTO STRICT step
    FROM kvmgrid.rollup_relations AS r
    JOIN kvmgrid.rollup_levels AS l ON l.level = rewrite_rollup.level
    JOIN kvmgrid.rollup_marks AS m ON m.relation = r.relation AND m.level = l.level
    JOIN kvmgrid.rollup_marks AS below ON below.relation = r.relation AND below.level = l.source
    WHERE r.relation = rewrite_rollup.relation;
    EXECUTE format('SELECT count(*) FROM kvmgrid.%I', step.subject || '_latest') INTO entity_count;
    FOR part IN
        SELECT b.is_dense, array_agg(b.entity) AS entities, array_agg(b.bucket) AS buckets,
            min(b.bucket) AS first, max(b.bucket) + step.width AS stop
        FROM (
            -- Neighbours are as far from their number in the row.
            SELECT d.*, CASE WHEN d.is_dense THEN
                d.bucket - step.width * dense_rank() OVER (PARTITION BY d.is_dense ORDER BY d.bucket)
            END AS series
            FROM (
                SELECT w.entity, w.bucket, count(*) OVER (PARTITION BY w.bucket) * 5 > entity_count AS is_dense
                FROM (
                    SELECT DISTINCT n.entity, time_bucket(step.width, n.bucket) AS bucket
                    FROM unnest(rewrite_rollup.entities, rewrite_rollup.buckets) AS n (entity, bucket)
                    WHERE n.bucket >= (
                        SELECT max(m.kept_from)
                        FROM kvmgrid.rollup_marks AS m
                        WHERE m.relation = rewrite_rollup.relation AND m.level IN ('raw', '5m')
                    )
                ) AS w
                WHERE w.bucket >= step.kept_from AND w.bucket < step.done
            ) AS d
        ) AS b
        GROUP BY b.is_dense, b.series
    LOOP
        IF part.is_dense THEN
            condition := format(
                's.%1$s >= $3 AND s.%1$s < $4 AND (s.%2$s, time_bucket(INTERVAL %3$L, s.%1$s)) IN'
                ' (SELECT n.entity, n.bucket FROM unnest($1, $2) AS n (entity, bucket))',
                step.instant, step.entity, step.width
            );
            condition := kvmgrid.rollup_aggregated(relation, level, step.width, step.rows, step.source, condition);
        ELSE
            condition := format(
                's.%2$s = n.entity AND s.%1$s >= n.bucket AND s.%1$s < n.bucket + INTERVAL %3$L'
                ' AND s.%1$s >= $3 AND s.%1$s < $4',
                step.instant, step.entity, step.width
            );
            condition := format(
                'SELECT own.* FROM unnest($1, $2) AS n (entity, bucket) CROSS JOIN LATERAL (%s) AS own',
                kvmgrid.rollup_aggregated(relation, level, step.width, step.rows, step.source, condition)
            );
        END IF;
        EXECUTE kvmgrid.rollup_written(relation, level, condition)
        USING part.entities, part.buckets, part.first, part.stop;
        GET DIAGNOSTICS part_count = ROW_COUNT;
        written_count := written_count + part_count;
    END LOOP;
    RETURN written_count;
END
$$;

-- When a level's chunks cannot be written to now: another session converts them to columns, or has them locked otherwise.
CREATE FUNCTION rollup_locked(subject text, level text) RETURNS tstzmultirange
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT coalesce(range_agg(tstzrange(c.range_start, c.range_end)), '{}')
    FROM pg_locks AS k
    JOIN pg_class AS t ON t.oid = k.relation
    JOIN timescaledb_information.chunks AS c ON c.chunk_schema = t.relnamespace::regnamespace::text AND c.chunk_name = t.relname
    JOIN kvmgrid.rollup_relations AS r ON c.hypertable_name = kvmgrid.rollup_table(r.relation, rollup_locked.level)
    WHERE k.locktype = 'relation'
        AND k.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
        AND k.granted
        AND k.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        AND k.pid IS DISTINCT FROM pg_backend_pid()
        AND r.subject = rollup_locked.subject
        AND c.hypertable_schema = 'kvmgrid'
$$;

-- Serves the oldest notes behind `done`, of whole buckets and at least so many of each subject: writes these buckets again,
-- then the hours and days of which nothing else waits, and removes the notes. Notes of locked chunks stay for later.
-- Returns how many notes of flushes were served, how many of these in vain since samples of then are dropped, and how many
-- buckets were written. No row while another session is the worker.
-- The ids are read before the rows, and only they are removed: whatever is stored meanwhile has notes of its own. A table that
-- is not filled so far is filled later, from what is stored by now.
CREATE OR REPLACE FUNCTION apply_late_rollups(note_count integer)
RETURNS TABLE (applied_count bigint, unserved_count bigint, written_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0
AS $$
DECLARE
    step record;
    noted record;
    series text;
    locked tstzmultirange;
    -- Whatever is made from something that waits, waits too.
    waiting timestamptz;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN;
    END IF;
    applied_count := 0;
    unserved_count := 0;
    written_count := 0;
    FOR step IN
        SELECT f.subject, f.level, l.source, l.width, f.done, next.level AS next_level, next.width AS next_width,
            next_filled.done AS next_done
        FROM (
            SELECT r.subject, m.level, max(m.done) AS done
            FROM kvmgrid.rollup_marks AS m
            JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
            GROUP BY r.subject, m.level
        ) AS f
        JOIN kvmgrid.rollup_levels AS l ON l.level = f.level
        LEFT JOIN kvmgrid.rollup_levels AS next ON next.source = l.level
        LEFT JOIN LATERAL (
            SELECT max(m.done) AS done
            FROM kvmgrid.rollup_marks AS m
            JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
            WHERE r.subject = f.subject AND m.level = next.level
        ) AS next_filled ON true
        WHERE EXISTS (SELECT FROM kvmgrid.rollup_late AS n WHERE n.subject = f.subject)
        ORDER BY f.subject, l.width
    LOOP
        IF step.source = 'raw' THEN
            waiting := 'infinity';
        END IF;
        locked := kvmgrid.rollup_locked(step.subject, step.level);
        SELECT array_agg(n.id) AS ids INTO noted
        FROM (
            SELECT o.id
            FROM kvmgrid.rollup_late AS o
            WHERE o.subject = step.subject
                AND o.level = step.level
                AND o.bucket < least(step.done, waiting)
                AND NOT o.bucket <@ locked
            ORDER BY o.bucket
            FETCH FIRST (CASE WHEN step.source = 'raw' THEN note_count ELSE 2147483647 END) ROWS WITH TIES
        ) AS n;
        CONTINUE WHEN noted.ids IS NULL;
        SELECT noted.ids, array_agg(n.entity_id) AS entities, array_agg(n.bucket) AS buckets INTO noted
        FROM (SELECT DISTINCT o.entity_id, o.bucket FROM kvmgrid.rollup_late AS o WHERE o.id = ANY (noted.ids)) AS n;
        FOR series IN SELECT r.relation FROM kvmgrid.rollup_relations AS r WHERE r.subject = step.subject ORDER BY 1 LOOP
            written_count := written_count + kvmgrid.rewrite_rollup(series, step.level, noted.entities, noted.buckets);
        END LOOP;
        SELECT min(k.kept_from) AS kept_from, max(k.kept_from) AS kept_from_everywhere, noted.ids INTO noted
        FROM (
            SELECT max(m.kept_from) AS kept_from
            FROM kvmgrid.rollup_marks AS m
            JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
            WHERE r.subject = step.subject AND m.level IN ('raw', '5m')
            GROUP BY r.relation
        ) AS k;
        IF step.source = 'raw' THEN
            applied_count := applied_count + cardinality(noted.ids);
            unserved_count := unserved_count + (
                SELECT count(*)
                FROM kvmgrid.rollup_late AS n
                WHERE n.id = ANY (noted.ids) AND n.bucket < noted.kept_from_everywhere
            );
        END IF;
        INSERT INTO kvmgrid.rollup_late (subject, entity_id, bucket, noted_at, level)
        SELECT step.subject, n.entity_id, time_bucket(step.next_width, n.bucket) + step.next_width - INTERVAL '5 minutes',
            min(n.noted_at), step.next_level
        FROM kvmgrid.rollup_late AS n
        WHERE n.id = ANY (noted.ids)
            AND n.bucket >= noted.kept_from
            AND time_bucket(step.next_width, n.bucket) < step.next_done
        GROUP BY 2, 3
        ON CONFLICT DO NOTHING;
        DELETE FROM kvmgrid.rollup_late AS n WHERE n.id = ANY (noted.ids);
        SELECT least(waiting, min(n.bucket)) INTO waiting
        FROM kvmgrid.rollup_late AS n
        WHERE n.subject = step.subject AND n.level = step.level AND n.bucket < step.done AND NOT n.bucket <@ locked;
    END LOOP;
    RETURN NEXT;
END
$$;

-- Drops what is outdated, in both editions by itself: chunks of hypertables, rows of plain tables; returns how many. Of
-- samples and levels only what the next level has, and nothing that a note waits for. Called by the consumer once an hour
-- and by `migrate`; if another session is at it, returns nothing.
CREATE OR REPLACE FUNCTION apply_retention() RETURNS TABLE (relation text, removed_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET lock_timeout = '30s'
AS $$
DECLARE
    entry record;
    edge timestamptz;
    dropped_until timestamptz;
    oldest_note timestamptz;
BEGIN
    BEGIN
        LOCK TABLE kvmgrid.retention IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        -- A step of the rollups takes seconds.
        LOCK TABLE kvmgrid.rollup_worker IN SHARE UPDATE EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        RETURN;
    END;
    -- A chunk that somebody reads for hours, as pg_dump does: the rollups wait meanwhile, and so does who comes to it next.
    PERFORM set_config('lock_timeout', '1s', true);
    FOR entry IN
        SELECT r.relation, p.keep, m.relation AS source, m.level, next.done, s.subject
        FROM kvmgrid.retention_relations AS r
        JOIN kvmgrid.retention AS p USING (level)
        LEFT JOIN kvmgrid.rollup_marks AS m
            ON m.level = r.level AND kvmgrid.rollup_table(m.relation, m.level) = r.relation
        LEFT JOIN kvmgrid.rollup_relations AS s ON s.relation = m.relation
        LEFT JOIN kvmgrid.rollup_levels AS l ON l.source = m.level
        LEFT JOIN kvmgrid.rollup_marks AS next ON next.relation = m.relation AND next.level = l.level
        WHERE r.kind = 'hypertable' AND p.keep IS NOT NULL
        ORDER BY r.relation
    LOOP
        relation := entry.relation;
        edge := now() - entry.keep;
        IF entry.done IS NOT NULL THEN
            -- A day that is written again is made from all its hours.
            SELECT time_bucket(INTERVAL '1 day', min(n.bucket)) INTO oldest_note
            FROM kvmgrid.rollup_late AS n
            WHERE n.subject = entry.subject;
            edge := least(edge, entry.done, oldest_note);
        END IF;
        BEGIN
            -- Chunks go as a whole: what is in the one with the edge still counts.
            SELECT max(c.range_end) INTO dropped_until
            FROM timescaledb_information.chunks AS c
            WHERE c.hypertable_schema = 'kvmgrid' AND c.hypertable_name = apply_retention.relation AND c.range_end <= edge;
            SELECT count(*) INTO removed_count
            FROM drop_chunks(format('kvmgrid.%I', relation)::regclass, older_than => edge);
            -- The chunks are locked by now: whoever wrote to them has committed, and so have the notes.
            IF removed_count > 0 AND entry.done IS NOT NULL AND EXISTS (
                SELECT FROM kvmgrid.rollup_late AS n WHERE n.subject = entry.subject AND n.bucket < edge
            ) THEN
                RAISE EXCEPTION USING ERRCODE = 'KVR01';
            END IF;
            IF removed_count > 0 AND entry.source IS NOT NULL THEN
                UPDATE kvmgrid.rollup_marks AS m SET kept_from = greatest(m.kept_from, dropped_until)
                WHERE m.relation = entry.source AND m.level = entry.level;
            END IF;
        EXCEPTION WHEN SQLSTATE 'KVR01' OR lock_not_available THEN
            -- In an hour again.
            removed_count := 0;
        END;
        RETURN NEXT;
    END LOOP;
    RETURN QUERY SELECT * FROM kvmgrid.delete_outdated_rows();
END
$$;

-- Chunks that are old enough for columns and are not in these, or that rows were added to; the oldest first. Half a chunk's
-- length after its end hardly anything is written to it. Only the Community edition has tables with a columnstore.
CREATE FUNCTION chunks_in_rows()
RETURNS TABLE (relation text, chunk text, range_start timestamptz, range_end timestamptz, due_at timestamptz)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT c.hypertable_name::text, format('%I.%I', c.chunk_schema, c.chunk_name), c.range_start, c.range_end, d.due_at
    FROM timescaledb_information.hypertables AS h
    JOIN timescaledb_information.chunks AS c USING (hypertable_schema, hypertable_name)
    JOIN _timescaledb_catalog.chunk AS k ON k.schema_name = c.chunk_schema AND k.table_name = c.chunk_name
    CROSS JOIN LATERAL (SELECT c.range_end + (c.range_end - c.range_start) / 2 AS due_at) AS d
    WHERE h.hypertable_schema = 'kvmgrid'
        AND h.compression_enabled
        -- 8: in columns, but for rows that came later.
        AND (NOT c.is_compressed OR k.status & 8 > 0)
        AND d.due_at < now()
    ORDER BY d.due_at, 2
$$;

-- Of these, what should be converted now: the next level has all of it, and no note of then waits. So it is hardly ever
-- written to afterwards.
CREATE OR REPLACE FUNCTION chunks_due() RETURNS TABLE (relation text, chunk text, range_end timestamptz, due_at timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT c.relation, c.chunk, c.range_end, c.due_at
    FROM kvmgrid.chunks_in_rows() AS c
    LEFT JOIN (
        SELECT kvmgrid.rollup_table(m.relation, m.level) AS name, r.subject, coalesce(next.done, m.done) AS done
        FROM kvmgrid.rollup_marks AS m
        JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
        LEFT JOIN kvmgrid.rollup_levels AS l ON l.source = m.level
        LEFT JOIN kvmgrid.rollup_marks AS next ON next.relation = m.relation AND next.level = l.level
    ) AS s ON s.name = c.relation
    WHERE (s.name IS NULL OR c.range_end <= s.done)
        AND NOT EXISTS (
            SELECT FROM kvmgrid.rollup_late AS n
            WHERE n.subject = s.subject AND n.bucket >= c.range_start AND n.bucket < c.range_end
        )
    ORDER BY c.due_at, c.chunk
$$;

-- Converts a chunk that is due to columns; returns whether it did: it is due no more, or another session is at one. Nothing
-- can be written to the chunk meanwhile.
CREATE FUNCTION convert_chunk(chunk text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
BEGIN
    BEGIN
        LOCK TABLE kvmgrid.rollup_converter IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN false;
    END;
    IF NOT EXISTS (SELECT FROM kvmgrid.chunks_due() AS d WHERE d.chunk = convert_chunk.chunk) THEN
        RETURN false;
    END IF;
    PERFORM compress_chunk(convert_chunk.chunk::regclass, if_not_compressed => true);
    RETURN true;
END
$$;

-- Functions are for the roles that are named here.
REVOKE ALL ON FUNCTION rollup_locked(text, text), chunks_in_rows(), convert_chunk(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION convert_chunk(text) TO kvmgrid_ingest;

-- `kvmgrid-consumer status` asks when the database was migrated: its first rollups wait for its fleet's past.
GRANT SELECT (applied_at) ON schema_migrations TO kvmgrid_ingest;
