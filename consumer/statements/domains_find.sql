-- SPDX-License-Identifier: Apache-2.0
-- Keys and present names of domains. uuids.
SELECT d.uuid::text, d.domain_id, d.name, n.valid_from
FROM domains AS d
LEFT JOIN domain_names AS n ON n.domain_id = d.domain_id AND n.valid_to IS NULL
WHERE d.uuid = ANY (%(uuids)s::uuid[])
