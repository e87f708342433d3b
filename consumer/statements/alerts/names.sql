-- SPDX-License-Identifier: Apache-2.0
-- What these VMs are called.
SELECT domain_id, name FROM domains WHERE domain_id = ANY(%(domain_ids)s)
