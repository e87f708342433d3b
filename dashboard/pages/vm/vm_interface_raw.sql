-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the samples of one network interface of a VM in a short range.
-- Parameters: domain_id, device, start, end (instants)
-- Columns: one InterfacePoint each; the bands are null, a sample has no spread
SELECT
    extract(epoch FROM time)::double precision AS time_seconds,
    receive_bytes_per_second::double precision,
    transmit_bytes_per_second::double precision,
    receive_packets_per_second::double precision,
    transmit_packets_per_second::double precision,
    (receive_errors_per_second + transmit_errors_per_second)::double precision AS errors_per_second,
    (receive_drops_per_second + transmit_drops_per_second)::double precision AS drops_per_second,
    NULL::double precision AS receive_bytes_per_second_min,
    NULL::double precision AS receive_bytes_per_second_max,
    NULL::double precision AS transmit_bytes_per_second_min,
    NULL::double precision AS transmit_bytes_per_second_max
FROM domain_interface_metrics
WHERE domain_id = %(domain_id)s AND device = %(device)s AND time >= %(start)s AND time < %(end)s
ORDER BY time
