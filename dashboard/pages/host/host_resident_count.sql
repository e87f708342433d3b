-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many VMs lived on one host in a range, for a part of it or all of it.
-- Parameters: host_id, start, end (instants)
-- Columns: one ResidentCount
SELECT count(DISTINCT domain_id)::integer AS domain_count
FROM residency_named
WHERE host_id = %(host_id)s AND valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(start)s)
