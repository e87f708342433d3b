-- SPDX-License-Identifier: Apache-2.0
-- Each level of rollups, the finest first: up to when all its tables are done, and for how many seconds what was not filled in
-- could have been. 0 where nothing waits.
SELECT level, min(done)::text, coalesce(extract(epoch FROM max(target - waits_from)), 0)::double precision
FROM rollup_progress() WITH ORDINALITY
GROUP BY level
ORDER BY min(ordinality)
