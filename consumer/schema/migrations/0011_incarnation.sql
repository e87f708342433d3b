-- SPDX-License-Identifier: Apache-2.0
-- By which consumers notice that the keys which they know are no longer those of this database
-- (docs/decisions/0027). A token is renewed with whatever takes a key away from a host or a domain.

CREATE TABLE incarnation (
    -- One row. Ingest may update this column, which can have no other value: locking the row takes that right.
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    token uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO incarnation DEFAULT VALUES;

-- Consumers read the row FOR SHARE in the transaction of their rows: a renewal waits for them, they for a renewal. So it
-- comes at the commit: whoever takes minutes to delete a host and its history does not hold them up meanwhile.
-- Once a transaction, whatever the number of rows. SECURITY DEFINER: whoever may delete a host need not know of the token.
CREATE FUNCTION renew_incarnation() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = kvmgrid, pg_temp
AS $$
BEGIN
    UPDATE incarnation SET token = gen_random_uuid() WHERE xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION renew_incarnation() FROM PUBLIC;

-- New rows take no key away, and renames and descriptions leave the keys alone.
CREATE CONSTRAINT TRIGGER renew_incarnation AFTER DELETE OR UPDATE OF host_id, host ON hosts
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_incarnation();
CREATE CONSTRAINT TRIGGER renew_incarnation AFTER DELETE OR UPDATE OF domain_id, uuid ON domains
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_incarnation();
-- Which keeps everybody out until its end as it is.
CREATE TRIGGER renew_incarnation_at_once AFTER TRUNCATE ON hosts EXECUTE FUNCTION renew_incarnation();
CREATE TRIGGER renew_incarnation_at_once AFTER TRUNCATE ON domains EXECUTE FUNCTION renew_incarnation();
-- Also where a restore or a replication switches triggers off.
ALTER TABLE hosts ENABLE ALWAYS TRIGGER renew_incarnation, ENABLE ALWAYS TRIGGER renew_incarnation_at_once;
ALTER TABLE domains ENABLE ALWAYS TRIGGER renew_incarnation, ENABLE ALWAYS TRIGGER renew_incarnation_at_once;

GRANT SELECT, UPDATE (is_only) ON incarnation TO kvmgrid_ingest;
