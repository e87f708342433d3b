-- SPDX-License-Identifier: Apache-2.0
-- The policies of each relation. For a rollup, TimescaleDB lists them under the name of the hypertable behind it
-- up to 2.22, under its own name since.
CREATE VIEW relation_jobs AS
SELECT
    r.relation,
    j.job_id,
    j.proc_name,
    j.config
FROM retention_relations AS r
LEFT JOIN timescaledb_information.continuous_aggregates AS a ON a.view_schema = 'kvmgrid' AND a.view_name = r.relation
JOIN timescaledb_information.jobs AS j
    ON (j.hypertable_schema, j.hypertable_name) IN (
        ('kvmgrid', r.relation), (a.materialization_hypertable_schema, a.materialization_hypertable_name)
    );

-- The period wanted beside the period of the job that enforces it.
CREATE VIEW retention_policies AS
SELECT
    r.relation,
    p.keep,
    j.job_id,
    (j.config ->> 'drop_after')::interval AS drop_after
FROM retention_relations AS r
JOIN retention AS p USING (level)
LEFT JOIN relation_jobs AS j ON j.relation = r.relation AND j.proc_name = 'policy_retention'
WHERE r.kind <> 'table';

-- The refresh window wanted beside that of the job. A refresh must not reach to where its source is dropped
-- already: it would overwrite good buckets with nothing. Hence the hour of distance. Within the window only
-- buckets whose source changed are computed again, so a wide one costs little and takes late samples in.
CREATE VIEW refresh_policies AS
SELECT
    r.relation,
    least(source.keep - INTERVAL '1 hour', own.keep) AS refresh_from,
    step.width AS refresh_to,
    step.every AS refresh_every,
    step.bucket_count AS refresh_bucket_count,
    j.job_id,
    (j.config ->> 'start_offset')::interval AS start_offset
FROM (
    VALUES
        ('1m', 'raw', INTERVAL '1 minute', INTERVAL '1 minute', 60),
        ('5m', '1m', INTERVAL '5 minutes', INTERVAL '5 minutes', 72),
        ('1h', '5m', INTERVAL '1 hour', INTERVAL '30 minutes', 72),
        ('1d', '1h', INTERVAL '1 day', INTERVAL '6 hours', 30)
) AS step (level, source, width, every, bucket_count)
JOIN retention AS own ON own.level = step.level
JOIN retention AS source ON source.level = step.source
JOIN retention_relations AS r ON r.level = step.level
LEFT JOIN relation_jobs AS j ON j.relation = r.relation AND j.proc_name = 'policy_refresh_continuous_aggregate';

-- Enforces the periods of the table retention, Community edition: keeps the background policies equal to them,
-- which drop the chunks, and deletes the outdated rows of plain tables, whose number it returns. Called by the
-- consumer once an hour and by `migrate`; if another session is at it, returns nothing.
--
-- SECURITY DEFINER: a policy belongs to the owner, which the ingest role is not. The search path is fixed, so
-- that nobody's function is run in place of ours.
CREATE FUNCTION apply_retention() RETURNS TABLE (relation text, removed_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    entry record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('kvmgrid.apply_retention')) THEN
        RETURN;
    END IF;
    FOR entry IN
        SELECT format('kvmgrid.%I', w.relation)::regclass AS relation, w.keep
        FROM kvmgrid.retention_policies AS w
        WHERE w.drop_after IS DISTINCT FROM w.keep
        ORDER BY w.relation
    LOOP
        PERFORM remove_retention_policy(entry.relation, if_exists => true);
        IF entry.keep IS NOT NULL THEN
            PERFORM add_retention_policy(entry.relation, drop_after => entry.keep);
        END IF;
    END LOOP;
    FOR entry IN
        SELECT
            format('kvmgrid.%I', w.relation)::regclass AS relation,
            w.refresh_from,
            w.refresh_to,
            w.refresh_every,
            w.refresh_bucket_count
        FROM kvmgrid.refresh_policies AS w
        WHERE w.job_id IS NULL OR w.start_offset IS DISTINCT FROM w.refresh_from
        ORDER BY w.relation
    LOOP
        PERFORM remove_continuous_aggregate_policy(entry.relation, if_exists => true);
        PERFORM add_continuous_aggregate_policy(
            entry.relation,
            start_offset => entry.refresh_from,
            end_offset => entry.refresh_to,
            schedule_interval => entry.refresh_every,
            -- Left out, it is 1 in TimescaleDB 2.20 to 2.24: a transaction per bucket, 1,440 for a first day of 1m.
            buckets_per_batch => entry.refresh_bucket_count,
            max_batches_per_execution => 0
        );
    END LOOP;
    RETURN QUERY SELECT * FROM kvmgrid.delete_outdated_rows();
END
$$;
REVOKE ALL ON FUNCTION delete_outdated_rows() FROM PUBLIC;
REVOKE ALL ON FUNCTION apply_retention() FROM PUBLIC;

-- The policies exist from the first moment; a columnstore policy on a rollup needs its refresh policy first.
SELECT apply_retention();
