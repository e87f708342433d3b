-- SPDX-License-Identifier: Apache-2.0
-- The states that are kept, and when the last step was: null before the first one.
SELECT rule, severity, host_id, domain_id, part, phase, extract(epoch FROM since)::float8, held_seconds, was_known
FROM alert_states
