-- SPDX-License-Identifier: Apache-2.0
-- Each level of rollups: up to when all its relations are done, and how many seconds ago that is.
SELECT level, min(done)::text, extract(epoch FROM now() - min(done))::double precision
FROM rollup_marks
GROUP BY level
ORDER BY array_position(ARRAY['5m', '1h', '1d'], level)
