-- SPDX-License-Identifier: Apache-2.0
-- Begins stays of domains that live nowhere. A departure from another host shortly before makes it a migration, which
-- begins where that ended. But what this host reported after the last list of the other belongs to the stay already.
-- The stay before is shorter then. A late message, older than the last stay's end, changes nothing.
-- host_id, at, pairing, domain_ids. left_ats: when the last list of the other host that had each was sampled.
-- claimed_ats: since when each was reported here after that. Both are null where they are not known.
WITH arrivals AS (
    SELECT
        arrival.domain_id,
        last.valid_from AS last_from,
        CASE
            WHEN last.host_id <> %(host_id)s
                THEN greatest(
                    least(
                        CASE WHEN last.valid_to > %(at)s - %(pairing)s THEN last.valid_to ELSE %(at)s END,
                        reported.first_at,
                        arrival.claimed_at
                    ),
                    last.valid_from + INTERVAL '1 microsecond'
                )
            ELSE %(at)s
        END AS begun_at,
        CASE
            WHEN last.host_id IS NULL THEN 'discovered'
            WHEN last.host_id = %(host_id)s THEN 'returned'
            WHEN last.valid_to > %(at)s - %(pairing)s THEN 'migrated'
            ELSE 'moved'
        END AS how
    FROM unnest(%(domain_ids)s::integer[], %(left_ats)s::timestamptz[], %(claimed_ats)s::timestamptz[])
        AS arrival (domain_id, left_at, claimed_at)
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
            -- A host whose clock is ahead has samples from after its last list.
            AND e.sampled_at > greatest(least(l.sampled_at, last.valid_to), last.valid_from, arrival.left_at)
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
