-- SPDX-License-Identifier: Apache-2.0
-- Where domains live that a host lists though they do not live there, and what is known of them there: one Home each.
-- domain_ids. arrived_at: of the newest list that is stored. Without host_id the domain lives nowhere, since ended_at.
-- A home that says its tick is a day keeps no domain for five days: 300 s are the longest tick that counts.
SELECT
    listed.domain_id,
    r.host_id,
    r.valid_from AS since,
    l.domain_id IS NOT NULL AND l.libvirt_id IS NULL AS is_inactive,
    l.state,
    l.state_reason,
    tick.seconds AS tick_seconds,
    extract(epoch FROM stale_at(now(), tick.seconds) - now())::double precision AS stale_after_seconds,
    CASE WHEN hl.hypervisor_state = 'connected' THEN hl.received_at END AS arrived_at,
    CASE WHEN r.domain_id IS NULL THEN (
        SELECT max(ended.valid_to) FROM residency AS ended WHERE ended.domain_id = listed.domain_id
    ) END AS ended_at
FROM unnest(%(domain_ids)s::integer[]) AS listed (domain_id)
LEFT JOIN residency AS r ON r.domain_id = listed.domain_id AND r.valid_to IS NULL
LEFT JOIN domain_latest AS l ON l.domain_id = r.domain_id AND l.host_id = r.host_id
LEFT JOIN host_latest AS hl ON hl.host_id = r.host_id
CROSS JOIN LATERAL (SELECT least(coalesce(hl.tick_seconds, 300), 300)::double precision AS seconds) AS tick
