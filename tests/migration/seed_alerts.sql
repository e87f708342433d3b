-- SPDX-License-Identifier: Apache-2.0
-- An alert of host 1 that fired as of seed.at, what became of it, and what people said.
INSERT INTO kvmgrid.alerts (rule, severity, subject, host_id, words, began_at, fired_at)
SELECT 'host_cpu', 'warning', 'host', 1, 'CPU 93 % busy', at, at
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.alert_silences (selector, reason, starts_at, ends_at, said_by)
VALUES ('{"host": "hv1"}', 'disk is replaced', now(), now() + INTERVAL '1 hour', 'anna');

INSERT INTO kvmgrid.alert_maintenances (selector, reason, starts_at, ends_at, said_by)
VALUES ('{"host": "hv2"}', 'new kernel', now(), now() + INTERVAL '1 hour', 'anna');

INSERT INTO kvmgrid.alert_states (rule, severity, host_id, phase, since, held_seconds, was_known)
SELECT 'cpu_pressure', 'warning', 1, 'pending', at, 60, true
FROM (SELECT current_setting('seed.at')::timestamptz AS at) AS seed;

INSERT INTO kvmgrid.alert_changes (alert_id, changed_at, kind, severity, words)
SELECT alert_id, fired_at, 'fired', severity, words FROM kvmgrid.alerts;

INSERT INTO kvmgrid.alert_notifications (route, channel, kind, group_name, content, status, created_at)
VALUES ('default', 'mail', 'fired', 'host hv1', '{}', 'sent', now());

INSERT INTO kvmgrid.alert_notification_members (notification_id, alert_id)
SELECT notification_id, alert_id FROM kvmgrid.alert_notifications CROSS JOIN kvmgrid.alerts;
