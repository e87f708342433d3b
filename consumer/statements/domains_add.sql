-- SPDX-License-Identifier: Apache-2.0
-- Domains that were not known, in the order of their UUIDs, so that two consumers wait for each other at most
-- once. uuids, names, host_id, at.
INSERT INTO domains (uuid, name, host_id, first_seen_at)
SELECT report.uuid, report.name, %(host_id)s, %(at)s
FROM unnest(%(uuids)s::uuid[], %(names)s::text[]) AS report (uuid, name)
ORDER BY report.uuid
ON CONFLICT (uuid) DO NOTHING
