-- SPDX-License-Identifier: Apache-2.0
-- Notes of late samples whose buckets are to be made again, 100,000 at most; and for how long the oldest waits, in seconds.
SELECT note_count, extract(epoch FROM now() - oldest_noted_at)::double precision
FROM rollup_late_waiting()
