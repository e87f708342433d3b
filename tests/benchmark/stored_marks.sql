-- SPDX-License-Identifier: Apache-2.0
-- Purpose: say that all levels are filled up to an instant. Parameter: now
UPDATE kvmgrid.rollup_announced SET announced = time_bucket('5 minutes', %(now)s::timestamptz);

UPDATE kvmgrid.rollup_marks AS m SET done = time_bucket(l.width, %(now)s::timestamptz)
FROM kvmgrid.rollup_levels AS l
WHERE l.level = m.level;

VACUUM ANALYZE
