-- SPDX-License-Identifier: Apache-2.0
-- Begins stays of domains that live nowhere. A departure from another host shortly before makes it a migration, which
-- begins where that ended. A late message, older than the last stay's end, changes nothing.
-- host_id, domain_ids, at, pairing.
INSERT INTO residency (domain_id, host_id, valid_from, how)
SELECT
    arrival.domain_id,
    %(host_id)s,
    CASE WHEN last.host_id <> %(host_id)s AND last.valid_to > %(at)s - %(pairing)s THEN last.valid_to ELSE %(at)s END,
    CASE
        WHEN last.host_id IS NULL THEN 'discovered'
        WHEN last.host_id = %(host_id)s THEN 'returned'
        WHEN last.valid_to > %(at)s - %(pairing)s THEN 'migrated'
        ELSE 'moved'
    END
FROM unnest(%(domain_ids)s::integer[]) AS arrival (domain_id)
LEFT JOIN LATERAL (
    SELECT host_id, valid_to FROM residency
    WHERE residency.domain_id = arrival.domain_id
    ORDER BY valid_from DESC
    LIMIT 1
) AS last ON true
WHERE last.host_id IS NULL OR last.valid_to <= %(at)s
ORDER BY arrival.domain_id
ON CONFLICT DO NOTHING
