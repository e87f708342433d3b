-- SPDX-License-Identifier: Apache-2.0
-- Removes messages from quarantine.
DELETE FROM quarantine
WHERE (%(ids)s::bigint[] IS NULL OR quarantine_id = ANY (%(ids)s))
    AND (%(host)s::text IS NULL OR host = %(host)s)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
