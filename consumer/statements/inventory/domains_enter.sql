-- SPDX-License-Identifier: Apache-2.0
-- Those of some domains that are not known, with their first name, what is said of them and, if they come from a full
-- list of their host, their first stay: nobody else knows of them before the commit, so that there is no other stay to
-- look for. In the order of their UUIDs, so that two consumers wait for each other at most once; what another one adds
-- meanwhile is left as it is. One row for each that was entered.
-- host: its id on the wire, at, listed, uuids, names, described_ats, titles, metadata, autostart, persistent; the lists
-- as binary, which costs a third of their text.
WITH entered AS (
    INSERT INTO domains (
        uuid, name, described_at, title, metadata, autostart, persistent, host_id, first_seen_at
    )
    SELECT report.*, (SELECT host_id FROM hosts WHERE host = %(host)s), %(at)s
    FROM unnest(
        %(uuids)b::uuid[], %(names)b::text[], %(described_ats)b::timestamptz[], %(titles)b::text[],
        %(metadata)b::text[], %(autostart)b::boolean[], %(persistent)b::boolean[]
    ) AS report (uuid, name, described_at, title, metadata, autostart, persistent)
    -- A conflict would use up a key.
    WHERE (SELECT d.domain_id FROM domains AS d WHERE d.uuid = report.uuid) IS NULL
    ORDER BY report.uuid
    ON CONFLICT (uuid) DO NOTHING
    RETURNING domain_id, name, host_id, first_seen_at
), named AS (
    INSERT INTO domain_names (domain_id, name, valid_from)
    SELECT domain_id, name, first_seen_at FROM entered
), settled AS (
    INSERT INTO residency (domain_id, host_id, valid_from, how)
    SELECT domain_id, host_id, first_seen_at, 'discovered' FROM entered WHERE %(listed)s
)
SELECT domain_id FROM entered
