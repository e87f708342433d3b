-- SPDX-License-Identifier: Apache-2.0
-- apply_retention() as before, but with a lock on a table in place of an advisory one: everybody may take an advisory lock,
-- and a reader that held it would have stopped retention without a word. For this lock one has to own the table.
CREATE OR REPLACE FUNCTION apply_retention() RETURNS TABLE (relation text, removed_count bigint)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    entry record;
BEGIN
    BEGIN
        LOCK TABLE kvmgrid.retention IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN;
    END;
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
