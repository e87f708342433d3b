-- SPDX-License-Identifier: Apache-2.0
-- Gives domains the events that came before the first list that has them. uuids: just entered, so locked, or known.
SELECT settle_claims(array(SELECT domain_id FROM domains WHERE uuid = ANY (%(uuids)s::uuid[])))
