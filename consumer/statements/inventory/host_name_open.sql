-- SPDX-License-Identifier: Apache-2.0
-- Begins a name, unless one is open: the same one, or that of a later message. No later than now.
INSERT INTO host_names (host_id, hostname, valid_from)
VALUES (%(host_id)s, %(name)s, least(%(at)s, now()))
ON CONFLICT DO NOTHING
