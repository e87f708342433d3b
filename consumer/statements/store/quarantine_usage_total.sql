-- SPDX-License-Identifier: Apache-2.0
-- The bytes kept of all hosts.
SELECT coalesce(sum(kept_bytes), 0)::bigint FROM quarantine_usage
