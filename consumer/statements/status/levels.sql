-- SPDX-License-Identifier: Apache-2.0
-- Each level of rollups, the finest first: up to when all its tables are done; and for how many seconds what was not filled in
-- could have been. 0 where nothing waits. `done` is null before the first step; 2000 stands for it in the marks.
SELECT
    level,
    nullif(min(done), TIMESTAMPTZ '2000-01-01T00:00:00Z')::text,
    coalesce(extract(epoch FROM max(target - waits_from)), 0)::double precision
FROM rollup_progress() WITH ORDINALITY
GROUP BY level
ORDER BY min(ordinality)
