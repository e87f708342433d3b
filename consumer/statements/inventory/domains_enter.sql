-- SPDX-License-Identifier: Apache-2.0
-- Enters those of some domains that are new, with their first name, their description and their first stay. There is no
-- other stay to look for: nobody knows these domains before the commit. The order of UUIDs makes two consumers wait for
-- each other at most once. A domain that another consumer adds meanwhile stays as it is. One row for each domain that was
-- entered. host: its id on the wire, at, uuids, names, described_ats, titles, metadata, autostart, persistent, owners, tags.
-- The tags of a domain are one text, with spaces. The lists as binary, which costs a third of their text.
WITH entered AS (
    INSERT INTO domains (
        uuid, name, described_at, title, metadata, autostart, persistent, owner, tags, host_id, first_seen_at
    )
    SELECT
        report.uuid, report.name, report.described_at, report.title, report.metadata, report.autostart,
        report.persistent, report.owner, string_to_array(report.tags, ' '), (SELECT host_id FROM hosts WHERE host = %(host)s), %(at)s
    FROM unnest(
        %(uuids)b::uuid[], %(names)b::text[], %(described_ats)b::timestamptz[], %(titles)b::text[],
        %(metadata)b::text[], %(autostart)b::boolean[], %(persistent)b::boolean[], %(owners)b::text[],
        %(tags)b::text[]
    ) AS report (uuid, name, described_at, title, metadata, autostart, persistent, owner, tags)
    -- A conflict would use up a key.
    WHERE (SELECT d.domain_id FROM domains AS d WHERE d.uuid = report.uuid) IS NULL
    ORDER BY report.uuid
    ON CONFLICT (uuid) DO NOTHING
    RETURNING domain_id, name, host_id, first_seen_at
), named AS (
    INSERT INTO domain_names (domain_id, name, valid_from)
    SELECT domain_id, name, first_seen_at FROM entered
), first_stays AS (
    INSERT INTO residency (domain_id, host_id, valid_from, how)
    SELECT domain_id, host_id, first_seen_at, 'discovered' FROM entered
)
SELECT domain_id FROM entered
