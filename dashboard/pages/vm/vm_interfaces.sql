-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the network interfaces of one VM in a range, each with the means of its figures.
-- Parameters: domain_id, start, end (instants), limit (rows);
-- identifier: view (domain_interface_samples_1m, _5m, _1h or _1d)
-- Columns: one VmInterface each; total_count repeats how many there are
SELECT
    device,
    sum(receive_bytes_per_second_sum) / nullif(sum(receive_bytes_per_second_count), 0) AS receive_bytes_per_second,
    sum(transmit_bytes_per_second_sum) / nullif(sum(transmit_bytes_per_second_count), 0) AS transmit_bytes_per_second,
    sum(receive_packets_per_second_sum) / nullif(sum(receive_packets_per_second_count), 0) AS receive_packets_per_second,
    sum(transmit_packets_per_second_sum) / nullif(sum(transmit_packets_per_second_count), 0) AS transmit_packets_per_second,
    sum(receive_errors_per_second_sum + transmit_errors_per_second_sum)
    / nullif(sum(receive_errors_per_second_count), 0) AS errors_per_second,
    sum(receive_drops_per_second_sum + transmit_drops_per_second_sum)
    / nullif(sum(receive_drops_per_second_count), 0) AS drops_per_second,
    (count(*) OVER ())::integer AS total_count
FROM {view}
WHERE domain_id = %(domain_id)s AND bucket >= %(start)s AND bucket < %(end)s
GROUP BY device
ORDER BY device
LIMIT %(limit)s
