-- SPDX-License-Identifier: Apache-2.0
-- Makes consumers take turns over the same domains. domain_ids.
SELECT domain_id FROM domains WHERE domain_id = ANY (%(domain_ids)s) ORDER BY domain_id FOR UPDATE
