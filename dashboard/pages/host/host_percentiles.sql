-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the 95th percentiles of one host's means of 5 minutes, per bucket. A bucket has one or more of a level.
-- Parameters: host_id, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (host_samples_1h or _1d, which have histograms)
-- Columns: one HostPercentiles each; time_seconds is the start of the bucket
SELECT
    time_seconds,
    histogram_value(min(bin) FILTER (WHERE figure = 1)) AS cpu_busy_ratio_p95,
    histogram_value(min(bin) FILTER (WHERE figure = 2)) AS cpu_steal_ratio_p95,
    histogram_value(min(bin) FILTER (WHERE figure = 3)) AS memory_used_ratio_p95,
    histogram_value(min(bin) FILTER (WHERE figure = 4)) AS disk_latency_seconds_p95,
    histogram_value(min(bin) FILTER (WHERE figure = 5)) AS network_receive_bytes_per_second_p95,
    histogram_value(min(bin) FILTER (WHERE figure = 6)) AS network_transmit_bytes_per_second_p95
FROM (
    -- All figures at a time: histogram_percentile() would be a question for each of each bucket.
    SELECT
        time_seconds,
        figure,
        bin,
        sum(count) OVER (PARTITION BY time_seconds, figure ORDER BY bin) AS up_to_here,
        sum(count) OVER (PARTITION BY time_seconds, figure) AS total
    FROM (
        SELECT
            extract(
                epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), v.bucket, TIMESTAMPTZ 'epoch')
            )::double precision AS time_seconds,
            f.figure,
            e.element / 65536 AS bin,
            e.element %% 65536 AS count
        FROM {view} AS v
        CROSS JOIN LATERAL (
            VALUES
                (1, cpu_busy_ratio_histogram),
                (2, cpu_steal_ratio_histogram),
                (3, memory_used_ratio_histogram),
                (4, disk_latency_seconds_histogram),
                (5, network_receive_bytes_per_second_histogram),
                (6, network_transmit_bytes_per_second_histogram)
        ) AS f (figure, histogram)
        CROSS JOIN LATERAL unnest(f.histogram) AS e (element)
        WHERE v.host_id = %(host_id)s AND v.bucket >= %(start)s AND v.bucket < %(end)s
    ) AS elements
) AS bins
WHERE up_to_here >= 0.95 * total
GROUP BY time_seconds
ORDER BY time_seconds
