-- SPDX-License-Identifier: Apache-2.0
-- Rollups of our own, the same in both editions (docs/decisions/0035): what they are made of and the functions that fill them.
-- For each table of samples and each level a plain hypertable <table>_<level>_buckets; the consumer's upkeep calls the
-- functions. Statements are composed from the tables rollup_*, so that a new figure needs no new function (add_figure).
--
-- Correctness. A flush stores its rows, takes the gate, and only then reads `announced`; it notes each row that is older.
-- `announced` moves while nobody holds the gate: whoever wrote before it has committed, whoever writes after it sees it.
-- So a later snapshot has all rows before `announced` but those that are noted. Buckets up to there are written together
-- with `done`; noted ones are written again. Views take buckets before `done`, and from there on the level below.

CREATE TABLE rollup_levels (
    level text PRIMARY KEY,
    -- What it is made from: raw, or a level.
    source text NOT NULL,
    width interval NOT NULL,
    chunk_interval interval NOT NULL,
    has_histograms boolean NOT NULL
);
INSERT INTO rollup_levels (level, source, width, chunk_interval, has_histograms) VALUES
    ('5m', 'raw', INTERVAL '5 minutes', INTERVAL '7 days', false),
    ('1h', '5m', INTERVAL '1 hour', INTERVAL '90 days', true),
    ('1d', '1h', INTERVAL '1 day', INTERVAL '730 days', true);

-- The first of the keys is the entity that notes name.
CREATE TABLE rollup_relations (
    relation text PRIMARY KEY,
    subject text NOT NULL CHECK (subject IN ('host', 'domain')),
    keys text[] NOT NULL
);
INSERT INTO rollup_relations (relation, subject, keys) VALUES
    ('host_samples', 'host', '{host_id}'),
    ('host_disk_samples', 'host', '{host_id,device}'),
    ('host_interface_samples', 'host', '{host_id,device}'),
    ('host_filesystem_samples', 'host', '{host_id,path}'),
    ('domain_samples', 'domain', '{domain_id}'),
    ('domain_block_samples', 'domain', '{domain_id,device}'),
    ('domain_interface_samples', 'domain', '{domain_id,device}');

-- What is rolled up: the figures that the views of migration 4 have. A histogram is one of the 5-minute means.
CREATE TABLE rollup_figures (
    relation text NOT NULL REFERENCES rollup_relations,
    figure text NOT NULL,
    has_histogram boolean NOT NULL,
    position integer GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (relation, figure)
);
INSERT INTO rollup_figures (relation, figure, has_histogram)
SELECT r.relation, figure, (r.relation, figure) IN (
    ('host_samples', 'cpu_busy_ratio'),
    ('host_samples', 'cpu_steal_ratio'),
    ('host_samples', 'memory_used_ratio'),
    ('host_samples', 'disk_latency_seconds'),
    ('host_samples', 'network_receive_bytes_per_second'),
    ('host_samples', 'network_transmit_bytes_per_second'),
    ('domain_samples', 'cpu_cores'),
    ('domain_samples', 'cpu_ratio'),
    ('domain_samples', 'steal_ratio'),
    ('domain_samples', 'memory_used_bytes'),
    ('domain_samples', 'memory_resident_bytes'),
    ('domain_samples', 'block_latency_seconds'),
    ('domain_samples', 'network_receive_bytes_per_second'),
    ('domain_samples', 'network_transmit_bytes_per_second')
)
FROM rollup_relations AS r
JOIN pg_attribute AS a ON a.attrelid = format('kvmgrid.%I', r.relation || '_1d')::regclass
CROSS JOIN LATERAL (SELECT left(a.attname, -4) AS figure) AS named
WHERE a.attname LIKE '%\_sum'
ORDER BY r.relation, a.attnum;

-- Time in state: how many samples were in it. A blocked VM waits for its host and runs.
CREATE TABLE rollup_states (
    relation text NOT NULL REFERENCES rollup_relations,
    state text NOT NULL,
    condition text NOT NULL,
    position integer GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (relation, state)
);
INSERT INTO rollup_states (relation, state, condition) VALUES
    ('host_samples', 'health_good', 's.health_state = ''good'''),
    ('host_samples', 'health_strained', 's.health_state = ''strained'''),
    ('host_samples', 'health_bad', 's.health_state = ''bad'''),
    ('host_samples', 'health_unknown', 's.health_state NOT IN (''good'', ''strained'', ''bad'')'),
    ('domain_samples', 'state_running', 's.state IN (1, 2)'),
    ('domain_samples', 'state_paused', 's.state = 3'),
    ('domain_samples', 'state_off', 's.state = 5'),
    ('domain_samples', 'state_other', 's.state NOT IN (1, 2, 3, 5)');

-- Empty: only its lock matters. A flush takes it in the mode of an INSERT, whoever moves `announced` shuts flushes out.
CREATE TABLE rollup_gate (is_only boolean PRIMARY KEY);
-- Empty as well: one worker at a time. For the lock one has to own the table.
CREATE TABLE rollup_worker (is_only boolean PRIMARY KEY);

-- Rows that are older are noted by whoever stores them. From the first moment that a row may have: before the first
-- upkeep the views read what is stored, whenever it was taken.
CREATE TABLE rollup_announced (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    announced timestamptz NOT NULL
);
INSERT INTO rollup_announced (announced) VALUES ('2000-01-01T00:00:00Z');

-- Buckets before `done` are filled. What began before `kept_from` was dropped, at least in part; raw samples have no `done`.
CREATE TABLE rollup_marks (
    relation text NOT NULL REFERENCES rollup_relations,
    level text NOT NULL,
    done timestamptz,
    kept_from timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (relation, level)
);
INSERT INTO rollup_marks (relation, level, done)
SELECT relation, level, CASE WHEN level <> 'raw' THEN TIMESTAMPTZ '2000-01-01T00:00:00Z' END
FROM rollup_relations
CROSS JOIN (SELECT 'raw' AS level UNION ALL SELECT level FROM rollup_levels) AS levels;

-- 5-minute buckets of one host or domain that have to be written again, in all relations of the subject.
CREATE TABLE rollup_late (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL CHECK (subject IN ('host', 'domain')),
    entity_id integer NOT NULL,
    bucket timestamptz NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now()
);

-- Histograms. An element is bin * 65536 + count; a bin may come again, and counts above 65,535 take several elements.
-- Bin 0 is for 0 and less; others are 4 % wide, so that a percentile is within 2 % of a value. A bin has 1 in its middle:
-- ratios of 1 do not fall into two.
-- Null of null by itself, not as STRICT: so it is put into a statement as text, without a call for each mean.
CREATE FUNCTION histogram_bin(value double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value > 0 THEN greatest(1, least(32767, floor(ln(value) / ln(1.04::double precision) + 801.5)))::integer
    WHEN value <= 0 THEN 0
END;

-- The middle of a bin.
CREATE FUNCTION histogram_value(bin integer) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN bin = 0 THEN 0 ELSE exp((bin - 801) * ln(1.04::double precision)) END;

-- The same histogram with each bin once and in order.
CREATE FUNCTION histogram_compact(histogram integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg((bin * 65536 + least(65535, count - 65535 * part))::integer ORDER BY bin, part)
    FROM (
        SELECT element / 65536 AS bin, sum(element % 65536)::integer AS count
        FROM unnest(histogram) AS element
        GROUP BY 1
    ) AS bins
    CROSS JOIN LATERAL generate_series(0, (count - 1) / 65535) AS part;
END;

-- The histogram of some bins, which come in order and are no more than 65,535. Unlike the above it needs no query.
CREATE FUNCTION histogram_counted(bins integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    histogram integer[] := '{}';
    before integer := bins[1];
    count integer := 0;
    bin integer;
BEGIN
    FOREACH bin IN ARRAY bins LOOP
        IF bin <> before THEN
            histogram := histogram || (before * 65536 + count);
            before := bin;
            count := 0;
        END IF;
        count := count + 1;
    END LOOP;
    RETURN histogram || (before * 65536 + count);
END
$$;

CREATE AGGREGATE histogram_merge(integer[]) (
    SFUNC = array_cat,
    STYPE = integer[],
    FINALFUNC = histogram_compact
);

-- The value that the given share of the means (0 to 1) do not exceed, within 2 %; null without any.
CREATE FUNCTION histogram_percentile(histogram integer[], share double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT histogram_value(bin)
    FROM (
        SELECT
            element / 65536 AS bin,
            sum(element % 65536) OVER (ORDER BY element / 65536) AS up_to_here,
            sum(element % 65536) OVER () AS total
        FROM unnest(histogram) AS element
    ) AS bins
    WHERE up_to_here >= share * total
    ORDER BY bin
    LIMIT 1;
END;

-- Until when a level is filled, for the views alone. IMMUTABLE is not true, and right there: the planner puts the value
-- into the plan, so that no chunk before it is planned. A plan has one value for both of its halves, and reads with a
-- snapshot that is not older than the value. A plan that is kept has an older value, which is right too, only slower:
-- chunks that it reads are dropped later than its value and end it, and so does a new chunk.
CREATE FUNCTION rollup_done(relation text, level text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT m.done FROM kvmgrid.rollup_marks AS m WHERE m.relation = rollup_done.relation AND m.level = rollup_done.level
$$;

-- The columns of a level beside bucket and keys, and how each is made: `decoded` from the table's row b, `from_raw` and
-- `from_level` by an aggregate of rows s, `encoded` from that aggregate's row a. What follows from other columns is null,
-- which takes no space: a count that is sample_count, the sum and the greatest of equal values, a count of 0.
CREATE FUNCTION rollup_columns(relation text, level text)
RETURNS TABLE (name text, type text, decoded text, from_raw text, from_level text, encoded text, place integer)
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT
        format(part.name, f.figure),
        coalesce(part.type, format_type(a.atttypid, a.atttypmod)),
        replace(part.decoded, '#', f.figure),
        replace(part.from_raw, '#', f.figure),
        replace(part.from_level, '#', f.figure),
        replace(part.encoded, '#', f.figure),
        (f.position * 4 + part.place)::integer
    FROM kvmgrid.rollup_figures AS f
    JOIN pg_attribute AS a ON a.attrelid = format('kvmgrid.%I', f.relation)::regclass AND a.attname = f.figure
    CROSS JOIN (
        VALUES
            (
                0, '%s_count', 'integer',
                'CASE WHEN b.#_min IS NULL THEN 0 ELSE coalesce(b.#_count, b.sample_count) END::bigint',
                'count(s.#)', 'sum(s.#_count)::bigint', 'nullif(nullif(a.#_count, a.sample_count), 0)'
            ),
            (
                1, '%s_sum', 'double precision',
                'coalesce(b.#_sum, b.#_min::double precision * coalesce(b.#_count, b.sample_count))',
                'sum(s.#::double precision)', 'sum(s.#_sum)', 'CASE WHEN a.#_min = a.#_max THEN NULL ELSE a.#_sum END'
            ),
            (2, '%s_min', NULL, 'b.#_min', 'min(s.#)', 'min(s.#_min)', 'a.#_min'),
            (3, '%s_max', NULL, 'coalesce(b.#_max, b.#_min)', 'max(s.#)', 'max(s.#_max)', 'nullif(a.#_max, a.#_min)')
    ) AS part (place, name, type, decoded, from_raw, from_level, encoded)
    WHERE f.relation = rollup_columns.relation
    UNION ALL
    SELECT
        t.state || '_count', 'integer',
        format('coalesce(b.%s_count, 0)::bigint', t.state),
        format('count(*) FILTER (WHERE %s)', t.condition),
        format('sum(s.%s_count)::bigint', t.state),
        format('nullif(a.%s_count, 0)', t.state),
        1000000 + t.position
    FROM kvmgrid.rollup_states AS t
    WHERE t.relation = rollup_columns.relation
    UNION ALL
    SELECT
        f.figure || '_histogram', 'integer[]',
        format('b.%s_histogram', f.figure),
        NULL,
        format(
            CASE rollup_columns.level
                WHEN '1h' THEN
                    'histogram_counted(array_agg(histogram_bin(s.%1$s_sum / s.%1$s_count)'
                    ' ORDER BY histogram_bin(s.%1$s_sum / s.%1$s_count)) FILTER (WHERE s.%1$s_count > 0))'
                ELSE 'histogram_merge(s.%s_histogram)'
            END, f.figure
        ),
        format('a.%s_histogram', f.figure),
        2000000 + f.position
    FROM kvmgrid.rollup_figures AS f
    JOIN kvmgrid.rollup_levels AS l ON l.level = rollup_columns.level
    WHERE f.relation = rollup_columns.relation AND f.has_histogram AND l.has_histograms
$$;

-- The name of a level's table, or that of the samples.
CREATE FUNCTION rollup_table(relation text, level text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
RETURN CASE WHEN level = 'raw' THEN relation ELSE relation || '_' || level || '_buckets' END;

-- The buckets of a level as its view shows them, from its table b.
CREATE FUNCTION rollup_decoded(relation text, level text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT format(
        'SELECT b.bucket, %s, b.sample_count::bigint AS sample_count, %s FROM kvmgrid.%I AS b',
        (SELECT string_agg('b.' || key, ', ') FROM unnest(r.keys) AS key),
        (
            SELECT string_agg(format('%s AS %I', c.decoded, c.name), ', ' ORDER BY c.place)
            FROM kvmgrid.rollup_columns(rollup_decoded.relation, rollup_decoded.level) AS c
        ),
        kvmgrid.rollup_table(rollup_decoded.relation, rollup_decoded.level)
    )
    FROM kvmgrid.rollup_relations AS r
    WHERE r.relation = rollup_decoded.relation
$$;

-- Buckets of a level aggregated from rows of `source` (raw, or the level below), which is a relation or a query of it.
CREATE FUNCTION rollup_aggregated(relation text, level text, width interval, source text, source_level text, condition text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT format(
        'SELECT time_bucket(INTERVAL %L, s.%s) AS bucket, %s, %s AS sample_count, %s FROM %s AS s WHERE %s'
        ' GROUP BY time_bucket(INTERVAL %L, s.%s), %s',
        width, instant.name, keys.list,
        CASE WHEN source_level = 'raw' THEN 'count(*)' ELSE 'sum(s.sample_count)::bigint' END,
        (
            SELECT string_agg(
                format('%s AS %I', CASE WHEN source_level = 'raw' THEN c.from_raw ELSE c.from_level END, c.name),
                ', ' ORDER BY c.place
            )
            FROM kvmgrid.rollup_columns(rollup_aggregated.relation, rollup_aggregated.level) AS c
        ),
        source, condition, width, instant.name, keys.list
    )
    FROM kvmgrid.rollup_relations AS r
    CROSS JOIN LATERAL (SELECT string_agg('s.' || key, ', ') AS list FROM unnest(r.keys) AS key) AS keys
    CROSS JOIN (SELECT CASE WHEN source_level = 'raw' THEN 'sampled_at' ELSE 'bucket' END AS name) AS instant
    WHERE r.relation = rollup_aggregated.relation
$$;

-- The statement that writes buckets of a level, given the query of them in the form of rollup_aggregated.
CREATE FUNCTION rollup_written(relation text, level text, aggregated text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT format(
        'INSERT INTO kvmgrid.%I (bucket, %s, sample_count, %s) SELECT a.bucket, %s, a.sample_count, %s FROM (%s) AS a'
        ' ON CONFLICT (%s, bucket) DO UPDATE SET (sample_count, %s) = ROW (excluded.sample_count, %s)',
        kvmgrid.rollup_table(rollup_written.relation, rollup_written.level),
        keys.list, columns.list, keys.list, columns.encoded, aggregated, keys.list, columns.list, columns.excluded
    )
    FROM kvmgrid.rollup_relations AS r
    CROSS JOIN LATERAL (SELECT string_agg(key, ', ') AS list FROM unnest(r.keys) AS key) AS keys
    CROSS JOIN LATERAL (
        SELECT
            string_agg(c.name, ', ' ORDER BY c.place) AS list,
            string_agg(c.encoded, ', ' ORDER BY c.place) AS encoded,
            string_agg('excluded.' || c.name, ', ' ORDER BY c.place) AS excluded
        FROM kvmgrid.rollup_columns(rollup_written.relation, rollup_written.level) AS c
    ) AS columns
    WHERE r.relation = rollup_written.relation
$$;

-- Makes the table of a level, or adds the columns that it lacks. Wide columns first: no space is lost between them.
CREATE FUNCTION make_rollup_table(relation text, level text) RETURNS void
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

-- Makes or replaces the view of a level: what is filled, and from there on the level below. New columns come last.
CREATE FUNCTION replace_rollup_view(relation text, level text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    step record;
    names text;
    body text;
BEGIN
    SELECT l.source, l.width, rel.keys INTO step
    FROM kvmgrid.rollup_relations AS rel
    LEFT JOIN kvmgrid.rollup_levels AS l ON l.level = replace_rollup_view.level
    WHERE rel.relation = replace_rollup_view.relation;
    SELECT string_agg(quote_ident(c.name), ', ' ORDER BY a.attnum NULLS LAST, c.place) INTO names
    FROM (
        SELECT 'bucket' AS name, -3 AS place
        UNION ALL
        SELECT key, -2 FROM unnest(step.keys) AS key
        UNION ALL
        SELECT 'sample_count', -1
        UNION ALL
        SELECT c.name, c.place FROM kvmgrid.rollup_columns(replace_rollup_view.relation, replace_rollup_view.level) AS c
    ) AS c
    LEFT JOIN pg_attribute AS a
        ON a.attrelid = to_regclass(format('kvmgrid.%I', replace_rollup_view.relation || '_' || replace_rollup_view.level))
        AND a.attname = c.name;
    IF level = '1m' THEN
        body := format('SELECT %s FROM (%s) AS tail', names, kvmgrid.rollup_aggregated(
            relation, level, INTERVAL '1 minute', format('kvmgrid.%I', relation), 'raw', 'true'
        ));
    ELSE
        body := format(
            'SELECT %s FROM (%s WHERE b.bucket < kvmgrid.rollup_done(%L, %L)) AS filled'
            ' UNION ALL SELECT %s FROM (%s) AS tail',
            names, kvmgrid.rollup_decoded(relation, level), relation, level, names,
            kvmgrid.rollup_aggregated(
                relation, level, step.width,
                format('kvmgrid.%I', relation || CASE WHEN step.source <> 'raw' THEN '_' || step.source ELSE '' END),
                step.source,
                format(
                    's.%s >= kvmgrid.rollup_done(%L, %L)',
                    CASE WHEN step.source = 'raw' THEN 'sampled_at' ELSE 'bucket' END, relation, level
                )
            )
        );
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW kvmgrid.%I AS %s', relation || '_' || level, body);
END
$$;

-- Adds a column at the end of a view: the text that PostgreSQL has of it begins its outermost FROM with three spaces.
CREATE FUNCTION append_view_column(view text, expression text, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    body text := pg_get_viewdef(format('kvmgrid.%I', view)::regclass, true);
    edge constant text := E'\n   FROM ';
BEGIN
    IF strpos(body, edge) = 0 OR strpos(substr(body, strpos(body, edge) + 1), edge) > 0 THEN
        RAISE EXCEPTION 'the view % has another form than append_view_column() knows', view;
    END IF;
    EXECUTE format(
        'CREATE OR REPLACE VIEW kvmgrid.%I AS %s', view, replace(body, edge, format(',%s AS %I%s', expression, name, edge))
    );
END
$$;

-- Adds a figure to the samples of a relation, to the latest rows, the levels and the views; for migrations.
CREATE FUNCTION add_figure(
    relation text,
    figure text,
    type text,
    rolled_up boolean DEFAULT true,
    histogram boolean DEFAULT false,
    in_now boolean DEFAULT true
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    subject text;
    entry text;
BEGIN
    SELECT r.subject INTO STRICT subject FROM kvmgrid.rollup_relations AS r WHERE r.relation = add_figure.relation;
    FOREACH entry IN ARRAY ARRAY[relation, relation || '_elsewhere', replace(relation, subject || '_samples', subject || '_latest')]
    LOOP
        IF to_regclass('kvmgrid.' || entry) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE kvmgrid.%I ADD COLUMN IF NOT EXISTS %I %s', entry, figure, type);
        END IF;
    END LOOP;
    IF relation = subject || '_samples' THEN
        PERFORM kvmgrid.append_view_column(subject || '_metrics', 'm.' || quote_ident(figure), figure);
        IF in_now THEN
            PERFORM kvmgrid.append_view_column(subject || 's_now', 'l.' || quote_ident(figure), figure);
        END IF;
    END IF;
    IF rolled_up THEN
        INSERT INTO kvmgrid.rollup_figures (relation, figure, has_histogram) VALUES (relation, figure, histogram);
        FOR entry IN SELECT l.level FROM kvmgrid.rollup_levels AS l ORDER BY l.width LOOP
            PERFORM kvmgrid.make_rollup_table(relation, entry);
        END LOOP;
        FOR entry IN SELECT '1m' UNION ALL (SELECT l.level FROM kvmgrid.rollup_levels AS l ORDER BY l.width) LOOP
            PERFORM kvmgrid.replace_rollup_view(relation, entry);
        END LOOP;
    END IF;
END
$$;

-- Whether this transaction is the one that works on rollups; the others leave it alone.
CREATE FUNCTION is_rollup_worker() RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
BEGIN
    LOCK TABLE kvmgrid.rollup_worker IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;

-- The start of the first bucket from `since` on whose source may have something; null without any. By chunks: whoever
-- has a clock of 25 years ago makes nobody look through the years between.
CREATE FUNCTION rollup_source_start(relation text, level text, since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT time_bucket(min(l.width), min(greatest(c.range_start, since)))
    FROM kvmgrid.rollup_levels AS l
    JOIN timescaledb_information.chunks AS c
        ON c.hypertable_schema = 'kvmgrid'
        AND c.hypertable_name = kvmgrid.rollup_table(rollup_source_start.relation, l.source)
    WHERE l.level = rollup_source_start.level AND c.range_end > since
$$;

-- Where a level may be filled to by now: what it is made from ends there.
CREATE FUNCTION rollup_target(relation text, level text) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT time_bucket(l.width, CASE WHEN l.source = 'raw' THEN a.announced ELSE m.done END)
    FROM kvmgrid.rollup_levels AS l
    CROSS JOIN kvmgrid.rollup_announced AS a
    LEFT JOIN kvmgrid.rollup_marks AS m ON m.relation = rollup_target.relation AND m.level = l.source
    WHERE l.level = rollup_target.level
$$;

-- Moves `announced` up to a minute ago, and returns it; null while another session is the worker. While old samples are
-- being rolled up it stays within six hours of them, so that few rows have to be noted.
-- Raises lock_not_available where a flush has held the gate for 0.2 s: flushes that begin wait behind this, so no longer.
CREATE FUNCTION announce_rollups() RETURNS timestamptz
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
    SELECT least(wanted, min(
        CASE
            WHEN m.done > wanted - INTERVAL '6 hours' THEN m.done
            ELSE kvmgrid.rollup_source_start(m.relation, m.level, m.done)
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

-- Fills at most so many buckets of a level from `done` on and moves `done`; returns it, and where it may go by now. No
-- row while another session is the worker.
-- One transaction, READ COMMITTED: the statement that aggregates has a newer snapshot than the one that read `announced`.
CREATE FUNCTION fill_rollup(relation text, level text, bucket_count integer)
RETURNS TABLE (done timestamptz, target timestamptz, written_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
AS $$
DECLARE
    step record;
    stop timestamptz;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN;
    END IF;
    written_count := 0;
    SELECT m.done, l.width, l.source INTO STRICT step
    FROM kvmgrid.rollup_marks AS m
    JOIN kvmgrid.rollup_levels AS l ON l.level = m.level
    WHERE m.relation = fill_rollup.relation AND m.level = fill_rollup.level;
    target := kvmgrid.rollup_target(relation, level);
    done := step.done;
    IF done + bucket_count * step.width < target THEN
        done := least(target, coalesce(kvmgrid.rollup_source_start(relation, level, done), target));
    END IF;
    stop := least(target, done + bucket_count * step.width);
    IF done < stop THEN
        EXECUTE kvmgrid.rollup_written(relation, level, kvmgrid.rollup_aggregated(
            relation, level, step.width,
            CASE
                WHEN step.source = 'raw' THEN format('kvmgrid.%I', relation)
                ELSE format('(%s)', kvmgrid.rollup_decoded(relation, step.source))
            END,
            step.source,
            format('s.%1$s >= $1 AND s.%1$s < $2', CASE WHEN step.source = 'raw' THEN 'sampled_at' ELSE 'bucket' END)
        )) USING done, stop;
        GET DIAGNOSTICS written_count = ROW_COUNT;
    END IF;
    done := greatest(done, stop);
    IF done > step.done THEN
        UPDATE kvmgrid.rollup_marks AS m SET done = fill_rollup.done
        WHERE m.relation = fill_rollup.relation AND m.level = fill_rollup.level;
    END IF;
    RETURN NEXT;
END
$$;

-- Writes the buckets of a level that have some 5-minute buckets of some entities again, as far as the level is filled and all
-- that they are made from is kept; returns how many. Reads by the key, or, where that would be more than a fifth of all
-- entities, in one pass.
CREATE FUNCTION rewrite_rollup(relation text, level text, entities integer[], buckets timestamptz[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    step record;
    wanted record;
    entity_count bigint;
    condition text;
    written_count bigint;
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
    SELECT array_agg(n.entity) AS entities, array_agg(n.bucket) AS buckets, count(*) AS count,
        min(n.bucket) AS first, max(n.bucket) + step.width AS stop INTO wanted
    FROM (
        SELECT DISTINCT n.entity, time_bucket(step.width, n.bucket) AS bucket
        FROM unnest(rewrite_rollup.entities, rewrite_rollup.buckets) AS n (entity, bucket)
        WHERE n.bucket >= (
            SELECT max(m.kept_from)
            FROM kvmgrid.rollup_marks AS m
            WHERE m.relation = rewrite_rollup.relation AND m.level IN ('raw', '5m')
        )
    ) AS n
    WHERE n.bucket >= step.kept_from AND n.bucket < step.done;
    IF wanted.count = 0 THEN
        RETURN 0;
    END IF;
    EXECUTE format('SELECT count(*) FROM kvmgrid.%I', step.subject || '_latest') INTO entity_count;
    IF wanted.count * 5 > entity_count * (extract(epoch FROM wanted.stop - wanted.first) / extract(epoch FROM step.width)) THEN
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
    USING wanted.entities, wanted.buckets, wanted.first, wanted.stop;
    GET DIAGNOSTICS written_count = ROW_COUNT;
    RETURN written_count;
END
$$;

-- Serves the oldest notes behind `done`: writes their buckets again at every level that is filled there, and removes the
-- notes. Returns how many, how many of these could not be served since samples of then are dropped, and how many buckets were
-- written. No row while another session is the worker.
-- The ids are read before the rows, and only they are removed: whatever is stored meanwhile has notes of its own.
CREATE FUNCTION apply_late_rollups(note_count integer)
RETURNS TABLE (applied_count bigint, unserved_count bigint, written_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
SET work_mem = '64MB'
AS $$
DECLARE
    ids bigint[];
    noted record;
    entry record;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN;
    END IF;
    unserved_count := 0;
    written_count := 0;
    SELECT coalesce(array_agg(n.id), '{}') INTO ids
    FROM (
        SELECT n.id
        FROM kvmgrid.rollup_late AS n
        JOIN (
            SELECT r.subject, min(m.done) AS done
            FROM kvmgrid.rollup_marks AS m
            JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
            WHERE m.level = '5m'
            GROUP BY r.subject
        ) AS filled ON filled.subject = n.subject AND n.bucket < filled.done
        ORDER BY n.id
        LIMIT apply_late_rollups.note_count
    ) AS n;
    FOR noted IN
        SELECT n.subject, array_agg(n.entity_id) AS entities, array_agg(n.bucket) AS buckets
        FROM (SELECT DISTINCT o.subject, o.entity_id, o.bucket FROM kvmgrid.rollup_late AS o WHERE o.id = ANY (ids)) AS n
        GROUP BY n.subject
    LOOP
        FOR entry IN
            SELECT r.relation, l.level
            FROM kvmgrid.rollup_relations AS r
            CROSS JOIN kvmgrid.rollup_levels AS l
            WHERE r.subject = noted.subject
            ORDER BY r.relation, l.width
        LOOP
            written_count := written_count
                + kvmgrid.rewrite_rollup(entry.relation, entry.level, noted.entities, noted.buckets);
        END LOOP;
    END LOOP;
    SELECT count(*) INTO unserved_count
    FROM kvmgrid.rollup_late AS n
    WHERE n.id = ANY (ids) AND n.bucket < (
        SELECT max(m.kept_from)
        FROM kvmgrid.rollup_marks AS m
        JOIN kvmgrid.rollup_relations AS r ON r.relation = m.relation
        WHERE r.subject = n.subject AND m.level IN ('raw', '5m')
    );
    DELETE FROM kvmgrid.rollup_late AS n WHERE n.id = ANY (ids);
    applied_count := cardinality(ids);
    RETURN NEXT;
END
$$;

-- How far each level is filled, in the order in which to fill. `waits_from`: from there on something waits; null if nothing
-- does. `kept_from`: what began before it was dropped; null if nothing was.
CREATE FUNCTION rollup_progress()
RETURNS TABLE (
    relation text, level text, done timestamptz, target timestamptz, waits_from timestamptz, kept_from timestamptz
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT
        p.relation, p.level, p.done, p.target,
        CASE
            WHEN p.done >= p.target THEN NULL
            WHEN p.done > p.target - INTERVAL '3 days' THEN p.done
            ELSE nullif(least(p.target, kvmgrid.rollup_source_start(p.relation, p.level, p.done)), p.target)
        END,
        nullif(p.kept_from, '-infinity')
    FROM (
        SELECT
            m.relation, m.level, m.done, m.kept_from, l.width,
            CASE
                WHEN l.source = 'raw' THEN time_bucket(INTERVAL '5 minutes', now() - INTERVAL '60 seconds')
                ELSE kvmgrid.rollup_target(m.relation, m.level)
            END AS target
        FROM kvmgrid.rollup_marks AS m
        JOIN kvmgrid.rollup_levels AS l ON l.level = m.level
    ) AS p
    ORDER BY p.width, p.relation
$$;

-- Notes that wait: how many, of the oldest 100,000, and since when.
CREATE FUNCTION rollup_late_waiting() RETURNS TABLE (note_count bigint, oldest_noted_at timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT count(*), min(n.noted_at)
    FROM (SELECT o.noted_at FROM kvmgrid.rollup_late AS o ORDER BY o.id LIMIT 100000) AS n
$$;

-- How long each level is kept: shorter where a default was never changed, since all of it is in the next level.
UPDATE retention SET keep = INTERVAL '90 days' WHERE level = '5m' AND keep = INTERVAL '365 days';
UPDATE retention SET keep = INTERVAL '730 days' WHERE level = '1h' AND keep = INTERVAL '1825 days';
DELETE FROM retention_relations WHERE kind = 'rollup';
INSERT INTO retention_relations (relation, level, time_column, kind)
SELECT rollup_table(relation, level), level, 'bucket', 'hypertable'
FROM rollup_relations
CROSS JOIN rollup_levels;

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
    oldest_note timestamptz;
BEGIN
    BEGIN
        LOCK TABLE kvmgrid.retention IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        -- A step of the rollups takes seconds.
        LOCK TABLE kvmgrid.rollup_worker IN SHARE UPDATE EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        RETURN;
    END;
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
            SELECT count(*) INTO removed_count
            FROM drop_chunks(format('kvmgrid.%I', relation)::regclass, older_than => edge);
            -- The chunks are locked by now: whoever wrote to them has committed, and so have the notes.
            IF removed_count > 0 AND entry.done IS NOT NULL AND EXISTS (
                SELECT FROM kvmgrid.rollup_late AS n WHERE n.subject = entry.subject AND n.bucket < edge
            ) THEN
                RAISE EXCEPTION USING ERRCODE = 'KVR01';
            END IF;
            IF removed_count > 0 AND entry.source IS NOT NULL THEN
                UPDATE kvmgrid.rollup_marks AS m SET kept_from = greatest(m.kept_from, edge)
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

-- Chunks that should be in columns by now and are not, or that rows were added to; the oldest first. Half a chunk's length
-- after its end hardly anything is written to it. Only the Community edition has tables with a columnstore.
CREATE FUNCTION chunks_due() RETURNS TABLE (relation text, chunk text, range_end timestamptz, due_at timestamptz)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
    SELECT c.hypertable_name::text, format('%I.%I', c.chunk_schema, c.chunk_name), c.range_end, d.due_at
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

-- Converts the oldest chunk that is due to columns and returns its name; null if none is due. Nothing can be written to
-- the chunk meanwhile.
CREATE FUNCTION convert_chunk() RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    due text;
BEGIN
    IF NOT kvmgrid.is_rollup_worker() THEN
        RETURN NULL;
    END IF;
    SELECT d.chunk INTO due FROM kvmgrid.chunks_due() AS d LIMIT 1;
    IF due IS NOT NULL THEN
        PERFORM compress_chunk(due::regclass, if_not_compressed => true);
    END IF;
    RETURN due;
END
$$;

-- As in migration 14, and what moves into the series and is older than announced is noted.
CREATE OR REPLACE FUNCTION settle_claims(settled integer[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    series text;
    columns text;
    entities integer[];
    buckets timestamptz[];
    moved_entities integer[] := '{}';
    moved_buckets timestamptz[] := '{}';
    announced timestamptz;
BEGIN
    FOREACH series IN ARRAY ARRAY['domain_samples', 'domain_block_samples', 'domain_interface_samples'] LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
        FROM pg_attribute
        WHERE attrelid = format('kvmgrid.%I', series || '_elsewhere')::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format(
            'WITH moved AS ('
            ' DELETE FROM kvmgrid.%1$I AS e USING kvmgrid.residency AS r'
            ' WHERE e.domain_id = ANY ($1) AND r.domain_id = e.domain_id AND r.host_id = e.host_id'
            ' AND e.sampled_at >= r.valid_from AND (r.valid_to IS NULL OR e.sampled_at < r.valid_to)'
            ' RETURNING e.*'
            '), added AS ('
            ' INSERT INTO kvmgrid.%2$I (%3$s) SELECT %3$s FROM moved ON CONFLICT DO NOTHING RETURNING domain_id, sampled_at'
            ') SELECT array_agg(domain_id), array_agg(bucket)'
            ' FROM (SELECT DISTINCT domain_id, time_bucket(INTERVAL ''5 minutes'', sampled_at) AS bucket FROM added) AS a',
            series || '_elsewhere', series, columns
        ) INTO entities, buckets USING settled;
        moved_entities := moved_entities || entities;
        moved_buckets := moved_buckets || buckets;
    END LOOP;
    IF cardinality(moved_entities) > 0 THEN
        LOCK TABLE kvmgrid.rollup_gate IN ROW EXCLUSIVE MODE;
        SELECT a.announced INTO announced FROM kvmgrid.rollup_announced AS a;
        INSERT INTO kvmgrid.rollup_late (subject, entity_id, bucket)
        SELECT DISTINCT 'domain', n.domain_id, n.bucket
        FROM unnest(moved_entities, moved_buckets) AS n (domain_id, bucket)
        WHERE n.bucket < announced;
    END IF;
    -- A start is told before the first list that has the domain, and the last stop after the last one.
    WITH told AS (
        DELETE FROM kvmgrid.event_claims AS c
        USING kvmgrid.domains AS d
        JOIN kvmgrid.residency AS r USING (domain_id)
        WHERE d.domain_id = ANY (settled)
            AND c.domain_uuid = d.uuid
            AND r.host_id = c.host_id
            AND c.occurred_at >= r.valid_from - INTERVAL '10 minutes'
            AND (r.valid_to IS NULL OR c.occurred_at < r.valid_to + INTERVAL '10 seconds')
        RETURNING c.host_id, c.epoch, c.sequence, c.occurred_at, d.domain_id
    )
    UPDATE kvmgrid.events AS e SET domain_id = told.domain_id
    FROM told
    WHERE e.host_id = told.host_id
        AND e.epoch = told.epoch
        AND e.sequence = told.sequence
        AND e.occurred_at = told.occurred_at;
END
$$;

SELECT make_rollup_table(r.relation, l.level)
FROM rollup_relations AS r
CROSS JOIN rollup_levels AS l
ORDER BY r.relation, l.width;

-- Functions are for the roles that are named here. Views call theirs with the rights of whoever reads.
REVOKE ALL ON FUNCTION
    rollup_done(text, text), rollup_columns(text, text), rollup_table(text, text), rollup_decoded(text, text),
    rollup_aggregated(text, text, interval, text, text, text), rollup_written(text, text, text),
    make_rollup_table(text, text), replace_rollup_view(text, text), append_view_column(text, text, text),
    add_figure(text, text, text, boolean, boolean, boolean), is_rollup_worker(),
    rollup_source_start(text, text, timestamptz), rollup_target(text, text), announce_rollups(),
    fill_rollup(text, text, integer), rewrite_rollup(text, text, integer[], timestamptz[]), apply_late_rollups(integer),
    rollup_progress(), rollup_late_waiting(), chunks_due(), convert_chunk()
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rollup_done(text, text) TO kvmgrid_dashboard;
GRANT EXECUTE ON FUNCTION
    announce_rollups(), fill_rollup(text, text, integer), apply_late_rollups(integer), rollup_progress(), rollup_late_waiting(),
    chunks_due(), convert_chunk()
TO kvmgrid_ingest;
-- A flush shuts the gate behind itself, reads the mark and notes. INSERT on the gate is for its lock.
GRANT INSERT ON rollup_gate TO kvmgrid_ingest;
GRANT SELECT ON rollup_announced TO kvmgrid_ingest;
GRANT INSERT (subject, entity_id, bucket) ON rollup_late TO kvmgrid_ingest;
