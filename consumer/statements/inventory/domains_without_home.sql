-- SPDX-License-Identifier: Apache-2.0
-- Whether any of these domains lives nowhere: one row if so. domain_ids.
SELECT domain_id FROM unnest(%(domain_ids)s::integer[]) AS listed (domain_id)
WHERE NOT EXISTS (SELECT FROM residency AS r WHERE r.domain_id = listed.domain_id AND r.valid_to IS NULL)
LIMIT 1
