-- SPDX-License-Identifier: Apache-2.0
-- Labels of the VMs that overrides may choose, by UUID or tag.
SELECT domain_id, uuid::text, tags FROM domains
WHERE removed_at IS NULL AND (uuid = ANY(%(uuids)s::uuid[]) OR tags && %(tags)s::text[])
