-- SPDX-License-Identifier: Apache-2.0
-- Purpose: an hour or so of history for every host of a stored fleet, made of its newest sample, and events.
-- Identifiers: columns, those of host_samples behind its key. Parameters: sample_count, event_count
INSERT INTO kvmgrid.host_samples (host_id, sampled_at, {columns})
SELECT host_id, sampled_at - ordinal * INTERVAL '10 seconds', {columns}
FROM kvmgrid.host_latest, generate_series(1, %(sample_count)s) AS ordinal
ON CONFLICT DO NOTHING;

INSERT INTO kvmgrid.events (host_id, occurred_at, epoch, sequence, kind, domain_name, attributes)
SELECT host_id, sampled_at - ordinal * INTERVAL '1 minute', 'benchmark', ordinal, 'domain_started', 'web-1', '{{}}'
FROM kvmgrid.host_latest, generate_series(1, %(event_count)s) AS ordinal;

ANALYZE;
