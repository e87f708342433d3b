-- SPDX-License-Identifier: Apache-2.0
-- Keys and present names of domains, with the times of the samples that name and description come from. uuids.
-- The name by a subquery: whatever the planner thinks of the tables, it is looked up once a domain.
SELECT
    d.uuid::text,
    d.domain_id,
    d.name,
    (SELECT n.valid_from FROM domain_names AS n WHERE n.domain_id = d.domain_id AND n.valid_to IS NULL),
    d.described_at
FROM domains AS d
WHERE d.uuid = ANY (%(uuids)s::uuid[])
