-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one network interface of a VM in a range, averaged per bucket. A bucket has one or more of a level.
-- Parameters: domain_id, device, bucket_seconds, start, end (instants, at the edges of buckets);
--   identifier: view (domain_interface_samples_1m, _5m, _1h or _1d)
-- Columns: one InterfacePoint each; time_seconds is the start of the bucket
SELECT
    extract(
        epoch FROM date_bin(make_interval(secs => %(bucket_seconds)s), bucket, TIMESTAMPTZ 'epoch')
    )::double precision AS time_seconds,
    sum(receive_bytes_per_second_sum) / nullif(sum(receive_bytes_per_second_count), 0) AS receive_bytes_per_second,
    sum(transmit_bytes_per_second_sum) / nullif(sum(transmit_bytes_per_second_count), 0) AS transmit_bytes_per_second,
    sum(receive_packets_per_second_sum) / nullif(sum(receive_packets_per_second_count), 0) AS receive_packets_per_second,
    sum(transmit_packets_per_second_sum) / nullif(sum(transmit_packets_per_second_count), 0) AS transmit_packets_per_second,
    (sum(receive_errors_per_second_sum) + sum(transmit_errors_per_second_sum))
    / nullif(sum(receive_errors_per_second_count), 0) AS errors_per_second,
    (sum(receive_drops_per_second_sum) + sum(transmit_drops_per_second_sum))
    / nullif(sum(receive_drops_per_second_count), 0) AS drops_per_second,
    min(receive_bytes_per_second_min)::double precision AS receive_bytes_per_second_min,
    max(receive_bytes_per_second_max)::double precision AS receive_bytes_per_second_max,
    min(transmit_bytes_per_second_min)::double precision AS transmit_bytes_per_second_min,
    max(transmit_bytes_per_second_max)::double precision AS transmit_bytes_per_second_max
FROM {view}
WHERE domain_id = %(domain_id)s AND device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY time_seconds
ORDER BY time_seconds
