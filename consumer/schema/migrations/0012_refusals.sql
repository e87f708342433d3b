-- SPDX-License-Identifier: Apache-2.0
-- What is refused is counted for good before it is acknowledged, and kept within budgets of bytes.

-- host: who sent it, as the broker knows it; else the host that the routing key names; else nobody.
-- kept_bytes: what the row counts in the budgets: texts, body and what a row takes by itself.
ALTER TABLE quarantine
    ADD COLUMN host text NOT NULL DEFAULT '',
    ADD COLUMN kept_bytes bigint NOT NULL DEFAULT 0;

UPDATE quarantine
SET host = coalesce(user_id, split_part(routing_key, '.', 1), ''),
    kept_bytes = 1024 + coalesce(octet_length(body), 0) + coalesce(octet_length(detail), 0);

-- Refused messages by the hour of their arrival. A row is added to in the transaction that keeps the messages, before
-- the broker learns that they arrived. A message that comes again after an unclean end is counted again.
CREATE TABLE quarantine_counts (
    host text NOT NULL,
    reason text NOT NULL,
    hour timestamptz NOT NULL,
    newest_at timestamptz NOT NULL,
    message_count bigint NOT NULL,
    message_bytes bigint NOT NULL,
    -- Of these the body is not there: the budget was used up, and only the beginning was kept, or nothing.
    unkept_message_count bigint NOT NULL,
    -- Of these the beginning was kept.
    head_count bigint NOT NULL,
    PRIMARY KEY (host, reason, hour)
);
CREATE INDEX quarantine_counts_hour ON quarantine_counts (hour);

-- How much of the budgets is used: by host, and in all.
CREATE TABLE quarantine_usage (
    host text PRIMARY KEY,
    kept_message_count bigint NOT NULL,
    kept_bytes bigint NOT NULL
);
INSERT INTO quarantine_usage (host, kept_message_count, kept_bytes)
SELECT host, count(*), sum(kept_bytes) FROM quarantine GROUP BY host;

-- Rows leave by retention, `quarantine drop` and `quarantine replay`: all give their bytes back.
CREATE FUNCTION release_quarantine_usage() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, pg_temp
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE kvmgrid.quarantine_usage SET kept_message_count = 0, kept_bytes = 0;
        RETURN NULL;
    END IF;
    -- In the order in which consumers lock them.
    PERFORM FROM kvmgrid.quarantine_usage WHERE host IN (SELECT host FROM removed) ORDER BY host FOR UPDATE;
    UPDATE kvmgrid.quarantine_usage AS u
    SET kept_message_count = u.kept_message_count - r.message_count, kept_bytes = u.kept_bytes - r.kept_bytes
    FROM (
        SELECT host, count(*) AS message_count, sum(kept_bytes) AS kept_bytes FROM removed GROUP BY host
    ) AS r
    WHERE u.host = r.host;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION release_quarantine_usage() FROM PUBLIC;
CREATE TRIGGER quarantine_release AFTER DELETE ON quarantine
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION release_quarantine_usage();
CREATE TRIGGER quarantine_release_all AFTER TRUNCATE ON quarantine
    FOR EACH STATEMENT EXECUTE FUNCTION release_quarantine_usage();

INSERT INTO retention_relations (relation, level, time_column, kind) VALUES
    ('quarantine_counts', 'quarantine', 'hour', 'table');

-- Who sent what could not be stored, within a day, and how much of it is not kept.
CREATE VIEW quarantine_now AS
SELECT
    host,
    reason,
    sum(message_count)::bigint AS message_count,
    sum(message_bytes)::bigint AS message_bytes,
    sum(unkept_message_count)::bigint AS unkept_message_count,
    max(newest_at) AS newest_at
FROM quarantine_counts
WHERE hour > now() - INTERVAL '1 day'
GROUP BY host, reason;

GRANT SELECT, INSERT, UPDATE ON quarantine_counts, quarantine_usage TO kvmgrid_ingest;
GRANT SELECT ON quarantine_now TO kvmgrid_ingest;
GRANT SELECT ON quarantine_counts, quarantine_usage, quarantine_now TO kvmgrid_dashboard;
GRANT SELECT (host, kept_bytes) ON quarantine TO kvmgrid_dashboard;
