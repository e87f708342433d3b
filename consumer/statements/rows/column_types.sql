-- SPDX-License-Identifier: Apache-2.0
-- The type of each column of our tables.
SELECT relation.relname, attribute.attname, attribute.atttypid::bigint
FROM pg_attribute AS attribute
JOIN pg_class AS relation ON relation.oid = attribute.attrelid
WHERE relation.relnamespace = to_regnamespace('kvmgrid') AND attribute.attnum > 0 AND NOT attribute.attisdropped
