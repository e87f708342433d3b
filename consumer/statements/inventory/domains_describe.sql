-- SPDX-License-Identifier: Apache-2.0
-- Title, metadata and flags of domains; a late message does not overwrite a later one. domain_ids, ats: times
-- of the samples that carry them, titles, metadata, autostart, persistent.
UPDATE domains AS d
SET
    title = report.title,
    metadata = report.metadata,
    autostart = report.autostart,
    persistent = report.persistent,
    described_at = report.at
FROM unnest(
    %(domain_ids)s::integer[], %(ats)s::timestamptz[], %(titles)s::text[], %(metadata)s::text[],
    %(autostart)s::boolean[], %(persistent)s::boolean[]
) AS report (domain_id, at, title, metadata, autostart, persistent)
WHERE d.domain_id = report.domain_id AND (d.described_at IS NULL OR d.described_at < report.at)
