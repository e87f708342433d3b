-- SPDX-License-Identifier: Apache-2.0
-- Adds a trial to the ledger, which is over.
INSERT INTO alert_notifications (
    idempotency_key, route, channel, kind, group_name, content, status, because, created_at, planned_at, attempt_count, ended_at
)
VALUES (
    %(key)s::uuid, %(route)s, %(channel)s, 'rehearsal', 'trial', %(content)s, %(status)s, %(because)s, %(now)s, %(now)s, 1,
    now()
)
