-- SPDX-License-Identifier: Apache-2.0
-- Ends stays elsewhere of domains that are active here, if they are inactive there or that host has been silent.
-- host_id, domain_ids: the active ones, at, tick_seconds.
UPDATE residency AS r SET valid_to = %(at)s
WHERE r.domain_id = ANY (%(domain_ids)s) AND r.host_id <> %(host_id)s AND r.valid_to IS NULL AND r.valid_from < %(at)s
    AND NOT EXISTS (
        SELECT FROM domain_latest AS l
        WHERE l.domain_id = r.domain_id AND l.host_id = r.host_id
            AND l.libvirt_id IS NOT NULL AND stale_at(l.sampled_at, %(tick_seconds)s) > %(at)s
    )
