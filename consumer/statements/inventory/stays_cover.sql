-- SPDX-License-Identifier: Apache-2.0
-- Which of these domains lived on a host at an instant. Either a stay of that instant is there, or the first stay that
-- is known began there later. host_id, domain_ids, at.
SELECT listed.domain_id
FROM unnest(%(domain_ids)s::integer[]) AS listed (domain_id)
CROSS JOIN LATERAL (
    -- The stay of that instant, or the first one after it.
    SELECT r.host_id FROM residency AS r
    WHERE r.domain_id = listed.domain_id AND (r.valid_to IS NULL OR r.valid_to > %(at)s)
    ORDER BY r.valid_from
    LIMIT 1
) AS stay
WHERE stay.host_id = %(host_id)s
