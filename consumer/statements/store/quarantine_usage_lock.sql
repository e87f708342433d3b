-- SPDX-License-Identifier: Apache-2.0
-- Returns the bytes kept of each of these hosts, and holds them until the transaction ends. hosts: sorted.
INSERT INTO quarantine_usage AS u (host, kept_message_count, kept_bytes)
SELECT host, 0, 0 FROM unnest(%(hosts)s::text[]) AS refused (host)
ON CONFLICT (host) DO UPDATE SET kept_bytes = u.kept_bytes
RETURNING host, kept_bytes
