-- SPDX-License-Identifier: Apache-2.0
-- Samples of parts in a table, by owner, time and part (arrays of equal length; a part is null where all of them are
-- wanted).
SELECT {columns}
FROM unnest(%(owners)s::integer[], %(times)s::timestamptz[], %(parts)s::text[]) AS b (owner, sampled_at, part)
JOIN {table} AS s ON s.{owner} = b.owner AND s.sampled_at = b.sampled_at AND s.{part} = b.part
UNION ALL
SELECT {columns}
FROM unnest(%(whole_owners)s::integer[], %(whole_times)s::timestamptz[]) AS b (owner, sampled_at)
JOIN {table} AS s ON s.{owner} = b.owner AND s.sampled_at = b.sampled_at
