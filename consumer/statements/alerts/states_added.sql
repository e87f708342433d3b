-- SPDX-License-Identifier: Apache-2.0
-- Adds states of objects (arrays of equal length), after those of before were removed.
INSERT INTO alert_states (rule, severity, part, host_id, domain_id, phase, since, held_seconds, was_known, value)
SELECT rule, severity, part, host_id, domain_id, phase, to_timestamp(since), held_seconds, was_known, value
FROM unnest(
    %(rules)s::text[], %(severities)s::text[], %(parts)s::text[], %(hosts)s::integer[], %(domains)s::integer[],
    %(phases)s::text[], %(since)s::float8[], %(held)s::float8[], %(known)s::boolean[], %(values)s::float8[]
) AS k (rule, severity, part, host_id, domain_id, phase, since, held_seconds, was_known, value)
