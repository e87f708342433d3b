-- SPDX-License-Identifier: Apache-2.0
-- Begins a name and makes it the domain's, unless another is open: that of a later message.
WITH opened AS (
    INSERT INTO domain_names (domain_id, name, valid_from)
    VALUES (%(domain_id)s, %(name)s, %(at)s)
    ON CONFLICT DO NOTHING
    RETURNING domain_id, name
)
UPDATE domains SET name = opened.name FROM opened WHERE domains.domain_id = opened.domain_id
