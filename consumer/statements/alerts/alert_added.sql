-- SPDX-License-Identifier: Apache-2.0
-- Adds an alert that fires; returns its number.
INSERT INTO alerts (rule, severity, subject, host_id, domain_id, part, words, value, began_at, fired_at)
VALUES (
    %(rule)s, %(severity)s, %(subject)s, %(host)s, %(domain)s, %(part)s, %(words)s, %(value)s,
    to_timestamp(%(began)s), %(now)s
)
RETURNING alert_id
