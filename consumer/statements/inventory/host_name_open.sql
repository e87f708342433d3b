-- SPDX-License-Identifier: Apache-2.0
-- Begins a name, unless one is open: the same one, or that of a later message.
INSERT INTO host_names (host_id, hostname, valid_from)
VALUES (%(host_id)s, %(name)s, %(at)s)
ON CONFLICT DO NOTHING
