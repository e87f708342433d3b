-- SPDX-License-Identifier: Apache-2.0
-- Sets the host of domains that live on it; they are not removed. What another host told of them no longer describes
-- them: this host's description is the next, however old it is. host_id, domain_ids.
UPDATE domains AS d
SET
    host_id = r.host_id,
    removed_at = NULL,
    described_at = CASE WHEN d.host_id = r.host_id THEN d.described_at END,
    title = CASE WHEN d.host_id = r.host_id THEN d.title END,
    metadata = CASE WHEN d.host_id = r.host_id THEN d.metadata END,
    autostart = CASE WHEN d.host_id = r.host_id THEN d.autostart END,
    persistent = CASE WHEN d.host_id = r.host_id THEN d.persistent END
FROM residency AS r
WHERE r.domain_id = d.domain_id AND r.valid_to IS NULL AND r.host_id = %(host_id)s AND d.domain_id = ANY (%(domain_ids)s)
