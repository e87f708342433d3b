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
