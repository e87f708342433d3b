-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many samples of one host each bucket of a range has, and how many of them have its VMs.
-- Parameters: host_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (host_samples_5m, _1h or _1d)
-- Columns: one SampledBucket each, in order of time
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    min(interval_seconds_min)::double precision AS interval_seconds,
    (sum(interval_seconds_sum) / nullif(sum(interval_seconds_count), 0))::double precision AS interval_seconds_mean,
    sum(sample_count)::integer AS sample_count,
    sum(domain_count_count)::integer AS domain_sample_count,
    sum(greatest(0, domain_running_count_count - domain_memory_resident_bytes_count))::integer AS lacking_sample_count
FROM {view}
WHERE host_id = %(host_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
