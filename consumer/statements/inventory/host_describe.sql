-- SPDX-License-Identifier: Apache-2.0
-- A host's description of itself; a late message does not overwrite a later one. Its clock may be ahead: then it holds
-- from now on, so that it is not the latest for ever.
UPDATE hosts
SET hostname = %(hostname)s,
    kernel = %(kernel)s,
    machine = %(machine)s,
    cpu_count = %(cpu_count)s,
    tags = %(tags)s::text[],
    boot_id = %(boot_id)s,
    -- Uptime wobbles by milliseconds against the clock: one boot keeps one time.
    booted_at = CASE WHEN boot_id = %(boot_id)s AND booted_at IS NOT NULL THEN booted_at ELSE %(booted_at)s END,
    publisher_version = %(publisher_version)s,
    first_seen_at = least(first_seen_at, %(at)s),
    described_at = least(%(at)s, now())
WHERE host_id = %(host_id)s AND (described_at IS NULL OR described_at <= least(%(at)s, now()))
