-- SPDX-License-Identifier: Apache-2.0
-- Ends the name a host had until now.
UPDATE host_names SET valid_to = %(at)s
WHERE host_id = %(host_id)s AND valid_to IS NULL AND hostname <> %(name)s AND valid_from < %(at)s
