-- SPDX-License-Identifier: Apache-2.0
-- Ends the stays of domains that a full list of their host no longer names. host_id, domain_ids, at.
WITH departed AS (
    UPDATE residency SET valid_to = %(at)s
    WHERE domain_id = ANY (%(domain_ids)s) AND host_id = %(host_id)s AND valid_to IS NULL AND valid_from < %(at)s
    RETURNING domain_id
)
UPDATE domains SET removed_at = %(at)s
FROM departed WHERE domains.domain_id = departed.domain_id
