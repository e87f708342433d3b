-- SPDX-License-Identifier: Apache-2.0
-- One row in each plain table, as of the instant in the setting seed.at: host 1 with domain 1.
-- Its publisher sent the messages 1, 2 (an event), 3 and 6; it reported 4 and 5 as dropped.

INSERT INTO kvmgrid.hosts (host_id, host, hostname, cpu_count, publisher_version, first_seen_at)
SELECT 1, 'hv1', 'hv1.example', 8, '0.1.0', at
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.domains (domain_id, uuid, name, host_id, first_seen_at)
SELECT 1, '00000000-0000-4000-8000-000000000001', 'web', 1, at
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.domain_names (domain_id, name, valid_from)
SELECT 1, 'web', at
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.residency (domain_id, host_id, valid_from, how)
SELECT 1, 1, at, 'discovered'
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.events (host_id, occurred_at, epoch, sequence, kind, domain_id, attributes)
SELECT 1, at - INTERVAL '15 seconds', '00000000000000aa', 2, 'lifecycle', 1, '{}'
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.publisher_reports (
    host_id, sampled_at, received_at, epoch, sequence, boot_id, publisher_version, tick_seconds,
    spool_message_count, spool_bytes, dropped_message_count, missed_tick_count, hypervisor_state,
    abandoned_call_count, collectors
)
SELECT
    1, at - age, at - age + INTERVAL '2 seconds', '00000000000000aa', sequence, 'boot', '0.1.0', 10,
    0, 0, 0, 0, 'connected',
    0, '[]'
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed
CROSS JOIN (
    VALUES (1, INTERVAL '20 seconds'), (3, INTERVAL '10 seconds'), (6, INTERVAL '0')
) AS report (sequence, age);

INSERT INTO kvmgrid.dropped_ranges (host_id, epoch, first_sequence, last_sequence, reported_at)
SELECT 1, '00000000000000aa', 4, 5, at
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.quarantine (received_at, reason)
SELECT at, 'clock'
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.quarantine_counts (
    host, reason, hour, newest_at, message_count, message_bytes, unkept_message_count, head_count
)
SELECT 'hv1', 'clock', date_trunc('hour', at), at, 1, 100, 0, 0
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.host_latest (
    host_id, sampled_at, cpu_busy_ratio, health_score, health_state, health_reasons, received_at, tick_seconds,
    hypervisor_state, collectors
)
SELECT 1, at, 0.5, 90, 'good', '[]', at + INTERVAL '2 seconds', 10, 'connected', '[]'
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.domain_latest (
    domain_id, sampled_at, host_id, cpu_cores, state, state_reason, outcome, libvirt_id
)
SELECT 1, at, 1, 1.5, 1, 1, 'ok', 7
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;
