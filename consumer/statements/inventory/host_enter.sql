-- SPDX-License-Identifier: Apache-2.0
-- Enters a host that is new, with its description of itself and its first name. No row: it was known.
-- Its clock may be ahead: then it is seen and described from now on.
WITH entered AS (
    INSERT INTO hosts (
        host, hostname, kernel, machine, cpu_count, tags, boot_id, booted_at, publisher_version, first_seen_at,
        described_at
    )
    SELECT
        %(host)s, %(hostname)s, %(kernel)s, %(machine)s, %(cpu_count)s::integer, %(tags)s::text[],
        %(boot_id)s,
        %(booted_at)s::timestamptz, %(publisher_version)s, least(%(at)s, now()), least(%(at)s, now())
    -- A conflict would use up a key.
    WHERE (SELECT host_id FROM hosts WHERE host = %(host)s) IS NULL
    ON CONFLICT (host) DO NOTHING
    RETURNING host_id, hostname, first_seen_at
), named AS (
    INSERT INTO host_names (host_id, hostname, valid_from)
    SELECT host_id, hostname, first_seen_at FROM entered
)
SELECT host_id FROM entered
