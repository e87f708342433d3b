-- SPDX-License-Identifier: Apache-2.0
-- Whole messages in quarantine by their numbers.
SELECT
    quarantine_id, received_at, host, reason, detail, body_bytes, octet_length(body) = body_bytes, queue, exchange, routing_key, user_id,
    message_id, content_type, message_type, encode(body_sha256, 'hex'), deaths, body
FROM quarantine
WHERE quarantine_id = ANY (%(ids)s)
ORDER BY quarantine_id
