-- SPDX-License-Identifier: Apache-2.0
-- Notes that a host reports domains as running that run where they live. host_id, at, domain_ids, sinces.
INSERT INTO contested_domains (domain_id, host_id, since, last_at)
SELECT contest.domain_id, %(host_id)s, contest.since, %(at)s
FROM unnest(%(domain_ids)s::integer[], %(sinces)s::timestamptz[]) AS contest (domain_id, since)
ORDER BY contest.domain_id
ON CONFLICT (domain_id, host_id) DO UPDATE
-- A contest that had ended begins anew.
SET since = CASE
        WHEN contested_domains.last_at < excluded.since - INTERVAL '10 minutes' THEN excluded.since
        ELSE least(contested_domains.since, excluded.since)
    END,
    last_at = greatest(contested_domains.last_at, excluded.last_at)
