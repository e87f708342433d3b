-- SPDX-License-Identifier: Apache-2.0
-- Adds what was kept to the use of the budgets. Arrays of equal length.
UPDATE quarantine_usage AS u
SET kept_message_count = u.kept_message_count + kept.message_count, kept_bytes = u.kept_bytes + kept.kept_bytes
FROM unnest(%(hosts)s::text[], %(message_counts)s::bigint[], %(kept_bytes)s::bigint[]) AS kept (host, message_count, kept_bytes)
WHERE u.host = kept.host
