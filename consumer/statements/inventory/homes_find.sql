-- SPDX-License-Identifier: Apache-2.0
-- Where domains live that a host lists though they do not live there, and what is known of them there. heard_at: of the
-- newest list that is stored. domain_ids. One Home each; without host_id the domain lives nowhere, since ended_at.
SELECT
    listed.domain_id,
    r.host_id,
    r.valid_from AS since,
    l.domain_id IS NOT NULL AND l.libvirt_id IS NULL AS is_inactive,
    l.state,
    l.state_reason,
    hl.tick_seconds,
    CASE WHEN hl.hypervisor_state = 'connected' THEN hl.received_at END AS heard_at,
    CASE WHEN r.domain_id IS NULL THEN (
        SELECT max(ended.valid_to) FROM residency AS ended WHERE ended.domain_id = listed.domain_id
    ) END AS ended_at
FROM unnest(%(domain_ids)s::integer[]) AS listed (domain_id)
LEFT JOIN residency AS r ON r.domain_id = listed.domain_id AND r.valid_to IS NULL
LEFT JOIN domain_latest AS l ON l.domain_id = r.domain_id AND l.host_id = r.host_id
LEFT JOIN host_latest AS hl ON hl.host_id = r.host_id
