-- SPDX-License-Identifier: Apache-2.0
-- Title, metadata, labels and flags of domains; a late message does not overwrite a later one. domain_ids, ats: times
-- of the samples that carry them, titles, metadata, autostart, persistent, owners, tags: those of a domain with spaces.
UPDATE domains AS d
SET
    title = report.title,
    metadata = report.metadata,
    autostart = report.autostart,
    persistent = report.persistent,
    owner = report.owner,
    tags = string_to_array(report.tags, ' '),
    described_at = report.at
FROM unnest(
    %(domain_ids)s::integer[], %(ats)s::timestamptz[], %(titles)s::text[], %(metadata)s::text[],
    %(autostart)s::boolean[], %(persistent)s::boolean[], %(owners)s::text[], %(tags)s::text[]
) AS report (domain_id, at, title, metadata, autostart, persistent, owner, tags)
WHERE d.domain_id = report.domain_id AND (d.described_at IS NULL OR d.described_at < report.at)
