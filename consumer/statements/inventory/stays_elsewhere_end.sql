-- SPDX-License-Identifier: Apache-2.0
-- Ends stays of domains on hosts that are known to have lost them. domain_ids, host_ids: where each lived, at.
UPDATE residency AS r SET valid_to = %(at)s
FROM unnest(%(domain_ids)s::integer[], %(host_ids)s::integer[]) AS lost (domain_id, host_id)
WHERE r.domain_id = lost.domain_id AND r.host_id = lost.host_id AND r.valid_to IS NULL AND r.valid_from < %(at)s
