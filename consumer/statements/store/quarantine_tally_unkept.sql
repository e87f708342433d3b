-- SPDX-License-Identifier: Apache-2.0
-- Counts which of the refused messages are not kept whole. Arrays of equal length.
UPDATE quarantine_counts AS c
SET unkept_message_count = c.unkept_message_count + left_out.unkept_message_count, head_count = c.head_count + left_out.head_count
FROM unnest(
    %(hosts)s::text[], %(reasons)s::text[], %(hours)s::timestamptz[], %(unkept)s::bigint[], %(heads)s::bigint[]
) AS left_out (host, reason, hour, unkept_message_count, head_count)
WHERE (c.host, c.reason, c.hour) = (left_out.host, left_out.reason, left_out.hour)
