-- SPDX-License-Identifier: Apache-2.0
-- Adds a host that is new. host, at: time of its first message.
INSERT INTO hosts (host, first_seen_at)
VALUES (%(host)s, %(at)s)
ON CONFLICT (host) DO NOTHING
