-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one network interface of a VM in a range, averaged per bucket.
-- Parameters: domain_id, device, start, end (instants); identifier: view (domain_interface_samples_1m, _5m, _1h or _1d)
-- Columns: one InterfacePoint each; time_seconds is the start of the bucket
SELECT
    extract(epoch FROM bucket)::double precision AS time_seconds,
    receive_bytes_per_second_sum / nullif(receive_bytes_per_second_count, 0) AS receive_bytes_per_second,
    transmit_bytes_per_second_sum / nullif(transmit_bytes_per_second_count, 0) AS transmit_bytes_per_second,
    receive_packets_per_second_sum / nullif(receive_packets_per_second_count, 0) AS receive_packets_per_second,
    transmit_packets_per_second_sum / nullif(transmit_packets_per_second_count, 0) AS transmit_packets_per_second,
    (receive_errors_per_second_sum + transmit_errors_per_second_sum)
    / nullif(receive_errors_per_second_count, 0) AS errors_per_second,
    (receive_drops_per_second_sum + transmit_drops_per_second_sum)
    / nullif(receive_drops_per_second_count, 0) AS drops_per_second,
    receive_bytes_per_second_min::double precision AS receive_bytes_per_second_min,
    receive_bytes_per_second_max::double precision AS receive_bytes_per_second_max,
    transmit_bytes_per_second_min::double precision AS transmit_bytes_per_second_min,
    transmit_bytes_per_second_max::double precision AS transmit_bytes_per_second_max
FROM {view}
WHERE domain_id = %(domain_id)s AND device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s
ORDER BY bucket
