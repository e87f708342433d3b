-- SPDX-License-Identifier: Apache-2.0
-- Sets the host of domains that live on it; they are not removed. host_id, domain_ids.
UPDATE domains AS d
SET host_id = r.host_id, removed_at = NULL
FROM residency AS r
WHERE r.domain_id = d.domain_id AND r.valid_to IS NULL AND r.host_id = %(host_id)s AND d.domain_id = ANY (%(domain_ids)s)
