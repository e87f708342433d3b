-- SPDX-License-Identifier: Apache-2.0
-- Title, metadata and flags of domains, where they changed.
UPDATE domains AS d
SET title = report.title, metadata = report.metadata, autostart = report.autostart, persistent = report.persistent
FROM unnest(
    %(domain_ids)s::integer[], %(titles)s::text[], %(metadata)s::text[], %(autostart)s::boolean[], %(persistent)s::boolean[]
) AS report (domain_id, title, metadata, autostart, persistent)
WHERE d.domain_id = report.domain_id
    AND (d.title, d.metadata, d.autostart, d.persistent)
        IS DISTINCT FROM (report.title, report.metadata, report.autostart, report.persistent)
