-- SPDX-License-Identifier: Apache-2.0
-- Removes states of objects (arrays of equal length; a VM's host counts for nothing).
WITH removed AS (
    SELECT * FROM unnest(
        %(rules)s::text[], %(severities)s::text[], %(parts)s::text[], %(hosts)s::integer[], %(domains)s::integer[]
    ) AS k (rule, severity, part, host_id, domain_id)
), of_domains AS (
    DELETE FROM alert_states AS s USING removed AS k
    WHERE (s.rule, s.severity, s.part, s.domain_id) = (k.rule, k.severity, k.part, k.domain_id)
        AND s.domain_id IS NOT NULL
)
DELETE FROM alert_states AS s USING removed AS k
WHERE (s.rule, s.severity, s.part, s.host_id) = (k.rule, k.severity, k.part, k.host_id)
    AND s.domain_id IS NULL AND k.domain_id IS NULL
