-- SPDX-License-Identifier: Apache-2.0
-- The VMs that are not removed, as the bytes of their ids.
SELECT string_agg(int4send(domain_id), ''::bytea) FROM domains WHERE removed_at IS NULL
