-- SPDX-License-Identifier: Apache-2.0
-- How long each level is kept, and the view that depends on it. `migrate` writes the settings here, apply_retention() enforces them; the ingest
-- role may call it but not change the periods, so that a stolen consumer password cannot erase history.

CREATE TABLE retention (
    level text PRIMARY KEY,
    -- Null: for ever. In days, since months and years have no fixed length.
    keep interval,
    CONSTRAINT retention_level
        CHECK (level IN ('raw', '1m', '5m', '1h', '1d', 'latest', 'events', 'reports', 'quarantine')),
    -- A level must hold some of its own buckets and some of the level made from it. A host that is silent over a long
    -- weekend keeps its domains.
    CONSTRAINT retention_keep CHECK (
        keep >= CASE level
            WHEN '5m' THEN INTERVAL '1 day'
            WHEN '1h' THEN INTERVAL '7 days'
            WHEN '1d' THEN INTERVAL '7 days'
            WHEN 'latest' THEN INTERVAL '7 days'
            ELSE INTERVAL '2 hours'
        END
    )
);
INSERT INTO retention (level, keep) VALUES
    ('raw', INTERVAL '30 days'),
    ('1m', INTERVAL '90 days'),
    ('5m', INTERVAL '365 days'),
    ('1h', INTERVAL '1825 days'),
    ('1d', NULL),
    ('latest', INTERVAL '90 days'),
    ('events', INTERVAL '365 days'),
    ('reports', INTERVAL '30 days'),
    ('quarantine', INTERVAL '30 days');

-- Which level each relation belongs to. Rollups are views over the raw samples in the Apache edition, where
-- their periods have no effect.
CREATE TABLE retention_relations (
    relation text PRIMARY KEY,
    level text NOT NULL REFERENCES retention,
    time_column text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('hypertable', 'table', 'rollup'))
);
INSERT INTO retention_relations (relation, level, time_column, kind) VALUES
    ('host_samples', 'raw', 'sampled_at', 'hypertable'),
    ('host_disk_samples', 'raw', 'sampled_at', 'hypertable'),
    ('host_interface_samples', 'raw', 'sampled_at', 'hypertable'),
    ('host_filesystem_samples', 'raw', 'sampled_at', 'hypertable'),
    ('domain_samples', 'raw', 'sampled_at', 'hypertable'),
    ('domain_block_samples', 'raw', 'sampled_at', 'hypertable'),
    ('domain_interface_samples', 'raw', 'sampled_at', 'hypertable'),
    ('events', 'events', 'occurred_at', 'hypertable'),
    ('publisher_reports', 'reports', 'sampled_at', 'hypertable'),
    ('domain_latest', 'latest', 'sampled_at', 'table'),
    ('dropped_ranges', 'reports', 'reported_at', 'table'),
    ('quarantine', 'quarantine', 'received_at', 'table'),
    ('host_samples_1m', '1m', 'bucket', 'rollup'),
    ('host_samples_5m', '5m', 'bucket', 'rollup'),
    ('host_samples_1h', '1h', 'bucket', 'rollup'),
    ('host_samples_1d', '1d', 'bucket', 'rollup'),
    ('host_disk_samples_1m', '1m', 'bucket', 'rollup'),
    ('host_disk_samples_5m', '5m', 'bucket', 'rollup'),
    ('host_disk_samples_1h', '1h', 'bucket', 'rollup'),
    ('host_disk_samples_1d', '1d', 'bucket', 'rollup'),
    ('host_interface_samples_1m', '1m', 'bucket', 'rollup'),
    ('host_interface_samples_5m', '5m', 'bucket', 'rollup'),
    ('host_interface_samples_1h', '1h', 'bucket', 'rollup'),
    ('host_interface_samples_1d', '1d', 'bucket', 'rollup'),
    ('host_filesystem_samples_1m', '1m', 'bucket', 'rollup'),
    ('host_filesystem_samples_5m', '5m', 'bucket', 'rollup'),
    ('host_filesystem_samples_1h', '1h', 'bucket', 'rollup'),
    ('host_filesystem_samples_1d', '1d', 'bucket', 'rollup'),
    ('domain_samples_1m', '1m', 'bucket', 'rollup'),
    ('domain_samples_5m', '5m', 'bucket', 'rollup'),
    ('domain_samples_1h', '1h', 'bucket', 'rollup'),
    ('domain_samples_1d', '1d', 'bucket', 'rollup'),
    ('domain_block_samples_1m', '1m', 'bucket', 'rollup'),
    ('domain_block_samples_5m', '5m', 'bucket', 'rollup'),
    ('domain_block_samples_1h', '1h', 'bucket', 'rollup'),
    ('domain_block_samples_1d', '1d', 'bucket', 'rollup'),
    ('domain_interface_samples_1m', '1m', 'bucket', 'rollup'),
    ('domain_interface_samples_5m', '5m', 'bucket', 'rollup'),
    ('domain_interface_samples_1h', '1h', 'bucket', 'rollup'),
    ('domain_interface_samples_1d', '1d', 'bucket', 'rollup');

-- Deletes the outdated rows of the plain tables; apply_retention() calls it in both editions.
CREATE FUNCTION delete_outdated_rows() RETURNS TABLE (relation text, removed_count bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT r.relation, r.time_column, p.keep
        FROM kvmgrid.retention_relations AS r
        JOIN kvmgrid.retention AS p USING (level)
        WHERE r.kind = 'table' AND p.keep IS NOT NULL
        ORDER BY r.relation
    LOOP
        EXECUTE format('DELETE FROM kvmgrid.%I WHERE %I < now() - $1', entry.relation, entry.time_column) USING entry.keep;
        GET DIAGNOSTICS removed_count = ROW_COUNT;
        relation := entry.relation;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Sequence numbers of the last 7 days, or of as long as both reports and events are kept, that never arrived. Samples
-- and events of a host share one sequence per epoch. A gap whose earlier neighbour lies within an hour of the edge is
-- left out: a message from before the edge may fill it.
CREATE VIEW publisher_gaps AS
WITH span AS (
    SELECT now() - least(INTERVAL '7 days', min(keep)) AS edge
    FROM retention
    WHERE level IN ('events', 'reports')
)
SELECT
    g.host_id,
    h.host,
    g.epoch,
    g.previous_sequence + 1 AS first_missing,
    g.sequence - 1 AS last_missing,
    g.sequence - g.previous_sequence - 1 AS missing_count,
    (
        SELECT coalesce(sum(
            least(d.last_sequence, g.sequence - 1) - greatest(d.first_sequence, g.previous_sequence + 1) + 1
        ), 0)::bigint
        FROM dropped_ranges AS d
        WHERE d.host_id = g.host_id
            AND d.epoch = g.epoch
            AND d.first_sequence < g.sequence
            AND d.last_sequence > g.previous_sequence
    ) AS reported_dropped_count,
    g.previous_time AS after_time,
    g.time AS before_time
FROM (
    SELECT
        host_id,
        epoch,
        sequence,
        time,
        lag(sequence) OVER newer AS previous_sequence,
        lag(time) OVER newer AS previous_time
    FROM (
        SELECT host_id, epoch, sequence, sampled_at AS time
        FROM publisher_reports
        WHERE sampled_at > (SELECT edge FROM span)
        UNION ALL
        SELECT host_id, epoch, sequence, occurred_at
        FROM events
        WHERE occurred_at > (SELECT edge FROM span)
    ) AS arrived
    WINDOW newer AS (PARTITION BY host_id, epoch ORDER BY sequence)
) AS g
JOIN hosts AS h USING (host_id)
WHERE g.sequence > g.previous_sequence + 1
    AND g.previous_time > (SELECT edge FROM span) + INTERVAL '1 hour';
