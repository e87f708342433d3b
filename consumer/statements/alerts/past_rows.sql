-- SPDX-License-Identifier: Apache-2.0
-- Samples of some owners in a table from %(first)s on.
SELECT {columns}
FROM {table} AS s
{joins}
WHERE s.{owner} = ANY(%(owners)s) AND s.sampled_at >= %(first)s
