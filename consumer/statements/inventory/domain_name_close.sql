-- SPDX-License-Identifier: Apache-2.0
-- Ends the name a domain had until now. domain_id, name: the new one, at.
UPDATE domain_names SET valid_to = %(at)s
WHERE domain_id = %(domain_id)s AND valid_to IS NULL AND name <> %(name)s AND valid_from < %(at)s
