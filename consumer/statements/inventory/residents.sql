-- SPDX-License-Identifier: Apache-2.0
-- The domains that live on a host now. host_id.
SELECT domain_id FROM residency WHERE host_id = %(host_id)s AND valid_to IS NULL
