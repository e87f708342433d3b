-- SPDX-License-Identifier: Apache-2.0
-- One message that could not be stored.
INSERT INTO quarantine (
    received_at, reason, detail, host, queue, exchange, routing_key, user_id, message_id, content_type, message_type,
    body_sha256, body, body_bytes, kept_bytes, deaths
) VALUES (
    %(received_at)s, %(reason)s, %(detail)s, %(host)s, %(queue)s, %(exchange)s, %(routing_key)s, %(user_id)s, %(message_id)s,
    %(content_type)s, %(message_type)s, %(body_sha256)s, %(body)b, %(body_bytes)s, %(kept_bytes)s, %(deaths)s
)
