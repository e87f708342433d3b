-- SPDX-License-Identifier: Apache-2.0
-- Moves the reports of this flush into the series of their domains, where a stay has begun that covers them.
SELECT settle_claims(array(
    SELECT domain_id FROM domains
    WHERE domain_id = ANY (array(SELECT domain_id FROM stage_domain_samples_elsewhere))
        OR uuid = ANY (array(SELECT domain_uuid FROM stage_event_claims))
))
