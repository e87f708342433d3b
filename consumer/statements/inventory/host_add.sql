-- SPDX-License-Identifier: Apache-2.0
-- A host that was not known. host, at: when it was first heard of.
INSERT INTO hosts (host, first_seen_at)
VALUES (%(host)s, %(at)s)
ON CONFLICT (host) DO NOTHING
