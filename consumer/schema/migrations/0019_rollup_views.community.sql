-- SPDX-License-Identifier: Apache-2.0
-- The continuous aggregates of migration 4 go, and every job of TimescaleDB's with them. What they have from before the
-- oldest sample is copied into the tables of migration 18; from there on the first upkeep fills these from the samples,
-- step by step, and until then the views read the level below. Time in state and histograms begin with the oldest sample.

-- Views over TimescaleDB's own keep its extension from being updated.
DROP VIEW refresh_policies, retention_policies, relation_jobs;

DO $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT format('kvmgrid.%I', relation)::regclass AS relation
        FROM retention_relations
        WHERE level IN ('raw', 'events', 'reports') AND kind = 'hypertable'
    LOOP
        PERFORM remove_retention_policy(entry.relation, if_exists => true);
        CALL remove_columnstore_policy(entry.relation, if_exists => true);
    END LOOP;
END
$$;

-- Where samples were dropped, what the aggregates have of then is all there is: it is never made from samples again.
DO $$
DECLARE
    series record;
    entry record;
    oldest timestamptz;
    edge timestamptz;
    is_history boolean;
    missing text;
BEGIN
    FOR series IN SELECT r.relation FROM rollup_relations AS r ORDER BY r.relation LOOP
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
        CONTINUE WHEN NOT is_history;
        edge := oldest;
        UPDATE rollup_marks AS m SET kept_from = oldest WHERE m.relation = series.relation AND m.level = 'raw';
        FOR entry IN SELECT l.level, l.width FROM rollup_levels AS l ORDER BY l.width LOOP
            -- A bucket that began before the oldest sample is whole in the aggregate; one that runs is not.
            edge := least(
                time_bucket(entry.width, edge + entry.width - INTERVAL '1 microsecond'), time_bucket(entry.width, now())
            );
            SELECT coalesce(string_agg(format(', NULL::%s AS %I', c.type, c.name), ''), '') INTO missing
            FROM rollup_columns(series.relation, entry.level) AS c
            WHERE c.place >= 1000000;
            EXECUTE rollup_written(series.relation, entry.level, format(
                'SELECT v.* %s FROM kvmgrid.%I AS v WHERE v.bucket < $1', missing, series.relation || '_' || entry.level
            )) USING edge;
            EXECUTE format(
                'UPDATE kvmgrid.rollup_marks AS m SET done = $1,'
                ' kept_from = coalesce((SELECT min(b.bucket) FROM kvmgrid.%I AS b), $1)'
                ' WHERE m.relation = $2 AND m.level = $3', rollup_table(series.relation, entry.level)
            ) USING edge, series.relation, entry.level;
        END LOOP;
    END LOOP;
    -- Whatever is older than a `done` has to be noted.
    UPDATE rollup_announced SET announced = (SELECT max(m.done) FROM rollup_marks AS m WHERE m.level = '5m');
END
$$;

DO $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT r.relation, l.level
        FROM rollup_relations AS r
        CROSS JOIN (VALUES (4, '1d'), (3, '1h'), (2, '5m'), (1, '1m')) AS l (place, level)
        ORDER BY r.relation, l.place DESC
    LOOP
        EXECUTE format('DROP MATERIALIZED VIEW kvmgrid.%I', entry.relation || '_' || entry.level);
    END LOOP;
    FOR entry IN
        SELECT r.relation, l.level
        FROM rollup_relations AS r
        CROSS JOIN (VALUES (1, '1m'), (2, '5m'), (3, '1h'), (4, '1d')) AS l (place, level)
        ORDER BY r.relation, l.place
    LOOP
        PERFORM replace_rollup_view(entry.relation, entry.level);
        EXECUTE format('GRANT SELECT ON kvmgrid.%I TO kvmgrid_dashboard', entry.relation || '_' || entry.level);
    END LOOP;
    -- Converted by the consumer's upkeep (convert_chunk).
    FOR entry IN SELECT r.relation, r.keys, l.level FROM rollup_relations AS r CROSS JOIN rollup_levels AS l LOOP
        EXECUTE format(
            'ALTER TABLE kvmgrid.%I SET (timescaledb.enable_columnstore, timescaledb.segmentby = %L, timescaledb.orderby = %L)',
            rollup_table(entry.relation, entry.level), array_to_string(entry.keys, ', '), 'bucket DESC'
        );
    END LOOP;
END
$$;
