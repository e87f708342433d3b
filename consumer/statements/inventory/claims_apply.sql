-- SPDX-License-Identifier: Apache-2.0
-- Moves what was reported of domains elsewhere into their series, as far as their stays have changed. domain_ids, locked.
SELECT settle_claims(%(domain_ids)s)
