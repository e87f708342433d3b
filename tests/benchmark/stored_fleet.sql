-- SPDX-License-Identifier: Apache-2.0
-- Purpose: an hour or so of history for every host of a stored fleet, made of its newest sample; events; the last day of the fleet;
-- the windows of every VM, of random figures, so that each sort has work to do.
-- Identifiers: columns, those of host_samples behind its key; figures, those of domain_window_values, and as many random values.
-- Parameters: sample_count, event_count
INSERT INTO kvmgrid.host_samples (host_id, sampled_at, {columns})
SELECT host_id, sampled_at - ordinal * INTERVAL '10 seconds', {columns}
FROM kvmgrid.host_latest, generate_series(1, %(sample_count)s) AS ordinal
ON CONFLICT DO NOTHING;

INSERT INTO kvmgrid.events (host_id, occurred_at, epoch, sequence, kind, domain_name, attributes)
SELECT host_id, sampled_at - ordinal * INTERVAL '1 minute', 'benchmark', ordinal, 'domain_started', 'web-1', '{{}}'
FROM kvmgrid.host_latest, generate_series(1, %(event_count)s) AS ordinal;

INSERT INTO kvmgrid.fleet_buckets (bucket, host_count, cpu_cores, cpu_busy_cores)
SELECT time_bucket('5 minutes', now()) - ordinal * INTERVAL '5 minutes', 1000, 32000, 32000 * random()
FROM generate_series(1, 288) AS ordinal;

INSERT INTO kvmgrid.domain_window_values (domain_id, window_name, until, {figures})
SELECT domain_id, window_name, now(), {values}
FROM kvmgrid.domain_latest, kvmgrid.domain_window_marks;

ANALYZE;
