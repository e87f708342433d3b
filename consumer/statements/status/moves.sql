-- SPDX-License-Identifier: Apache-2.0
-- Moves of domains from host to host within a day.
SELECT count(*) FROM residency WHERE how IN ('migrated', 'moved') AND valid_from > now() - INTERVAL '1 day'
