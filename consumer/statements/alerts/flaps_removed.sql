-- SPDX-License-Identifier: Apache-2.0
-- Forgets changes of objects (arrays of equal length; a VM's host counts for nothing).
WITH removed AS (
    SELECT * FROM unnest(%(rules)s::text[], %(parts)s::text[], %(hosts)s::integer[], %(domains)s::integer[])
        AS k (rule, part, host_id, domain_id)
), of_domains AS (
    DELETE FROM alert_flaps AS f USING removed AS k
    WHERE (f.rule, f.part, f.domain_id) = (k.rule, k.part, k.domain_id) AND f.domain_id IS NOT NULL
)
DELETE FROM alert_flaps AS f USING removed AS k
WHERE (f.rule, f.part, f.host_id) = (k.rule, k.part, k.host_id) AND f.domain_id IS NULL AND k.domain_id IS NULL
