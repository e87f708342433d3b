-- SPDX-License-Identifier: Apache-2.0
-- Notes of late samples whose buckets are to be made again: how many, and for how long the oldest waits in seconds.
SELECT count(*), extract(epoch FROM now() - min(noted_at))::double precision
FROM rollup_late
