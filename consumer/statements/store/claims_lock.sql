-- SPDX-License-Identifier: Apache-2.0
-- Makes the storing of these reports and the beginning of a stay take turns. Before any sample of the flush is stored:
-- whoever begins a stay may wait for one of them.
SELECT domain_id FROM domains
WHERE domain_id = ANY (array(SELECT domain_id FROM stage_domain_samples_elsewhere))
    OR uuid = ANY (array(SELECT domain_uuid FROM stage_event_claims))
ORDER BY domain_id
FOR SHARE
