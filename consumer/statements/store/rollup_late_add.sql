-- SPDX-License-Identifier: Apache-2.0
-- Notes buckets of 5 minutes that are to be made again. Arrays of equal length.
INSERT INTO rollup_late (subject, entity_id, bucket)
SELECT subject, entity_id, bucket
FROM unnest(%(subjects)s::text[], %(entity_ids)s::integer[], %(buckets)s::timestamptz[]) AS late (subject, entity_id, bucket)
