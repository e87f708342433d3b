-- SPDX-License-Identifier: Apache-2.0
-- The domains that live on a host now, and since when. host_id.
SELECT domain_id, valid_from FROM residency WHERE host_id = %(host_id)s AND valid_to IS NULL
