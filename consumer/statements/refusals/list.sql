-- SPDX-License-Identifier: Apache-2.0
-- The newest messages in quarantine, without their bodies. limit: how many.
SELECT quarantine_id, received_at, host, reason, detail, body_bytes, octet_length(body) = body_bytes
FROM quarantine
WHERE (%(ids)s::bigint[] IS NULL OR quarantine_id = ANY (%(ids)s))
    AND (%(host)s::text IS NULL OR host = %(host)s)
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
ORDER BY quarantine_id DESC
LIMIT %(limit)s
