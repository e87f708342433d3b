-- SPDX-License-Identifier: Apache-2.0
-- Ends the name a host had until now; until the time of the transaction where its clock is ahead.
UPDATE host_names SET valid_to = least(%(at)s, now())
WHERE host_id = %(host_id)s AND valid_to IS NULL AND hostname <> %(name)s AND valid_from < least(%(at)s, now())
