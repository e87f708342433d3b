-- SPDX-License-Identifier: Apache-2.0
-- Ends the names that domains had until now. domain_ids, names: the new ones, at.
UPDATE domain_names AS n SET valid_to = %(at)s
FROM unnest(%(domain_ids)s::integer[], %(names)s::text[]) AS renamed (domain_id, name)
WHERE n.domain_id = renamed.domain_id AND n.valid_to IS NULL AND n.name <> renamed.name AND n.valid_from < %(at)s
