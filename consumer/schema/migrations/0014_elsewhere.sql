-- SPDX-License-Identifier: Apache-2.0
-- What a host reports of a domain that lives on another host: kept apart from the domain's own series. It is moved
-- there when the host turns out to be the domain's new home, as after a migration. docs/decisions/0030 says why.

-- Rows by the host that reported them. Plain tables: nearly always empty, and rows leave them one by one.
CREATE TABLE domain_samples_elsewhere (
    LIKE domain_samples INCLUDING CONSTRAINTS,
    PRIMARY KEY (domain_id, host_id, sampled_at)
);
CREATE TABLE domain_block_samples_elsewhere (
    LIKE domain_block_samples INCLUDING CONSTRAINTS,
    PRIMARY KEY (domain_id, host_id, device, sampled_at)
);
CREATE TABLE domain_interface_samples_elsewhere (
    LIKE domain_interface_samples INCLUDING CONSTRAINTS,
    PRIMARY KEY (domain_id, host_id, device, sampled_at)
);

-- Events that name a domain without its host being known as the domain's home; in events they have no domain_id. By
-- UUID: what an event names need not be a domain.
CREATE TABLE event_claims (
    host_id integer NOT NULL,
    epoch text NOT NULL,
    sequence bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    domain_uuid uuid NOT NULL,
    PRIMARY KEY (host_id, epoch, sequence, occurred_at)
);
CREATE INDEX event_claims_domain_uuid ON event_claims (domain_uuid);

-- Domains that another host than their home reports as running too, and since when.
CREATE TABLE contested_domains (
    domain_id integer NOT NULL REFERENCES domains,
    host_id integer NOT NULL REFERENCES hosts,
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (domain_id, host_id),
    CONSTRAINT contested_domains_period CHECK (last_at >= since)
);

-- Those of now: one row a domain. A consumer renews last_at three times a minute.
CREATE VIEW contested_now AS
SELECT
    c.domain_id,
    d.uuid,
    d.name,
    r.host_id,
    home.host,
    array_agg(h.host ORDER BY h.host) AS contested_by,
    min(c.since) AS since,
    max(c.last_at) AS last_at
FROM contested_domains AS c
JOIN domains AS d USING (domain_id)
JOIN residency AS r ON r.domain_id = c.domain_id AND r.valid_to IS NULL AND r.host_id <> c.host_id
JOIN hosts AS home ON home.host_id = r.host_id
JOIN hosts AS h ON h.host_id = c.host_id
LEFT JOIN host_latest AS l ON l.host_id = c.host_id
WHERE stale_at(c.last_at, least(greatest(l.tick_seconds, 12), 300)) > now()
GROUP BY c.domain_id, d.uuid, d.name, r.host_id, home.host;

-- Moves what hosts reported of domains into the series of the domains, as far as the stays say by now that the domain
-- lived there then. Whoever calls it holds a lock on the rows of these domains: a stay that begins and a report that is
-- being stored do not miss each other.
--
-- SECURITY DEFINER: consumers neither read nor remove samples.
CREATE FUNCTION settle_claims(settled integer[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    series text;
    columns text;
BEGIN
    FOREACH series IN ARRAY ARRAY['domain_samples', 'domain_block_samples', 'domain_interface_samples'] LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
        FROM pg_attribute
        WHERE attrelid = format('kvmgrid.%I', series || '_elsewhere')::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format(
            'WITH moved AS ('
            ' DELETE FROM kvmgrid.%I AS e USING kvmgrid.residency AS r'
            ' WHERE e.domain_id = ANY ($1) AND r.domain_id = e.domain_id AND r.host_id = e.host_id'
            ' AND e.sampled_at >= r.valid_from AND (r.valid_to IS NULL OR e.sampled_at < r.valid_to)'
            ' RETURNING e.*'
            ') INSERT INTO kvmgrid.%I (%s) SELECT %s FROM moved ON CONFLICT DO NOTHING',
            series || '_elsewhere', series, columns, columns
        ) USING settled;
    END LOOP;
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
REVOKE ALL ON FUNCTION settle_claims(integer[]) FROM PUBLIC;

-- Where the home of a domain has not changed within two days, it will not have been there.
ALTER TABLE retention_relations ADD COLUMN keep_at_most interval;
INSERT INTO retention_relations (relation, level, time_column, kind, keep_at_most) VALUES
    ('domain_samples_elsewhere', 'raw', 'sampled_at', 'table', INTERVAL '2 days'),
    ('domain_block_samples_elsewhere', 'raw', 'sampled_at', 'table', INTERVAL '2 days'),
    ('domain_interface_samples_elsewhere', 'raw', 'sampled_at', 'table', INTERVAL '2 days'),
    ('event_claims', 'events', 'occurred_at', 'table', INTERVAL '2 days'),
    ('contested_domains', 'raw', 'last_at', 'table', INTERVAL '2 days');

-- As before, with keep_at_most.
CREATE OR REPLACE FUNCTION delete_outdated_rows() RETURNS TABLE (relation text, removed_count bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, public, pg_temp
AS $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        -- least() passes over nulls: kept for ever, but for what a relation keeps at most.
        SELECT r.relation, r.time_column, least(p.keep, r.keep_at_most) AS keep
        FROM kvmgrid.retention_relations AS r
        JOIN kvmgrid.retention AS p USING (level)
        WHERE r.kind = 'table' AND (p.keep IS NOT NULL OR r.keep_at_most IS NOT NULL)
        ORDER BY r.relation
    LOOP
        EXECUTE format('DELETE FROM kvmgrid.%I WHERE %I < now() - $1', entry.relation, entry.time_column) USING entry.keep;
        GET DIAGNOSTICS removed_count = ROW_COUNT;
        relation := entry.relation;
        RETURN NEXT;
    END LOOP;
END
$$;

GRANT INSERT ON
    domain_samples_elsewhere, domain_block_samples_elsewhere, domain_interface_samples_elsewhere, event_claims
TO kvmgrid_ingest;
-- To see from when on a host reported what has moved to it.
GRANT SELECT ON domain_samples_elsewhere TO kvmgrid_ingest;
GRANT SELECT, INSERT, UPDATE ON contested_domains TO kvmgrid_ingest;
GRANT EXECUTE ON FUNCTION settle_claims(integer[]) TO kvmgrid_ingest;
GRANT SELECT ON
    domain_samples_elsewhere, domain_block_samples_elsewhere, domain_interface_samples_elsewhere, event_claims,
    contested_domains, contested_now
TO kvmgrid_dashboard;
