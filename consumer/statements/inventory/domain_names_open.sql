-- SPDX-License-Identifier: Apache-2.0
-- Begins names and makes them the domains', unless another is open: that of a later message. domain_ids, names, at.
WITH opened AS (
    INSERT INTO domain_names (domain_id, name, valid_from)
    SELECT renamed.domain_id, renamed.name, %(at)s
    FROM unnest(%(domain_ids)s::integer[], %(names)s::text[]) AS renamed (domain_id, name)
    ON CONFLICT DO NOTHING
    RETURNING domain_id, name
)
UPDATE domains SET name = opened.name FROM opened WHERE domains.domain_id = opened.domain_id
