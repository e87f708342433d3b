-- SPDX-License-Identifier: Apache-2.0
-- Enforces the periods of the table retention, Apache edition (no background jobs: this call is all). Returns
-- what was removed: chunks of a hypertable, rows of a plain table. Called by the consumer once an hour and by
-- `migrate`; if another session is at it, returns nothing.
--
-- SECURITY DEFINER: dropping a chunk needs its owner, which the ingest role is not. The search path is fixed, so
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
        SELECT r.relation, p.keep
        FROM kvmgrid.retention_relations AS r
        JOIN kvmgrid.retention AS p USING (level)
        WHERE r.kind = 'hypertable' AND p.keep IS NOT NULL
        ORDER BY r.relation
    LOOP
        relation := entry.relation;
        SELECT count(*) INTO removed_count
        FROM drop_chunks(format('kvmgrid.%I', entry.relation)::regclass, older_than => entry.keep);
        RETURN NEXT;
    END LOOP;
    RETURN QUERY SELECT * FROM kvmgrid.delete_outdated_rows();
END
$$;
REVOKE ALL ON FUNCTION delete_outdated_rows() FROM PUBLIC;
REVOKE ALL ON FUNCTION apply_retention() FROM PUBLIC;
