-- SPDX-License-Identifier: Apache-2.0
-- The first name of each domain that has none. domain_ids, names, at.
INSERT INTO domain_names (domain_id, name, valid_from)
SELECT report.domain_id, report.name, %(at)s
FROM unnest(%(domain_ids)s::integer[], %(names)s::text[]) AS report (domain_id, name)
ORDER BY report.domain_id
ON CONFLICT DO NOTHING
