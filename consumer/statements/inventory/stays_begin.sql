-- SPDX-License-Identifier: Apache-2.0
-- Begins stays of domains that live nowhere. A departure from another host shortly before makes it a migration, which
-- begins where that ended: with what this host reported after the last sample of the other, or else when the other host
-- was seen to have lost the domain. A late message, older than the last stay's end, changes nothing.
-- host_id, domain_ids, at, pairing.
WITH arrivals AS (
    SELECT
        arrival.domain_id,
        last.valid_from AS last_from,
        CASE
            WHEN last.host_id <> %(host_id)s AND last.valid_to > %(at)s - %(pairing)s
                THEN least(last.valid_to, reported.first_at)
            ELSE %(at)s
        END AS begun_at,
        CASE
            WHEN last.host_id IS NULL THEN 'discovered'
            WHEN last.host_id = %(host_id)s THEN 'returned'
            WHEN last.valid_to > %(at)s - %(pairing)s THEN 'migrated'
            ELSE 'moved'
        END AS how
    FROM unnest(%(domain_ids)s::integer[]) AS arrival (domain_id)
    LEFT JOIN LATERAL (
        SELECT host_id, valid_from, valid_to FROM residency
        WHERE residency.domain_id = arrival.domain_id
        ORDER BY valid_from DESC
        LIMIT 1
    ) AS last ON true
    LEFT JOIN LATERAL (
        SELECT min(e.sampled_at) AS first_at
        FROM domain_latest AS l
        JOIN domain_samples_elsewhere AS e USING (domain_id)
        WHERE l.domain_id = arrival.domain_id
            AND l.host_id = last.host_id
            AND e.host_id = %(host_id)s
            AND e.sampled_at > greatest(l.sampled_at, last.valid_from)
    ) AS reported ON true
    WHERE last.host_id IS NULL OR last.valid_to <= %(at)s
), begun AS (
    INSERT INTO residency (domain_id, host_id, valid_from, how)
    SELECT domain_id, %(host_id)s, begun_at, how FROM arrivals
    ORDER BY domain_id
    ON CONFLICT DO NOTHING
    RETURNING domain_id, valid_from
)
UPDATE residency AS r SET valid_to = begun.valid_from
FROM begun
JOIN arrivals USING (domain_id)
WHERE r.domain_id = begun.domain_id AND r.valid_from = arrivals.last_from AND r.valid_to > begun.valid_from
