-- SPDX-License-Identifier: Apache-2.0
-- How many hosts and VMs a selector is about; host, uuid, tag: null for any. Hosts have no part in what names a VM.
SELECT
    (
        SELECT count(*)
        FROM hosts AS h
        WHERE %(uuid)s::uuid IS NULL
            AND (%(host)s::text IS NULL OR h.host = %(host)s)
            AND (%(tag)s::text IS NULL OR %(tag)s = ANY(h.tags))
    ),
    (
        SELECT count(*)
        FROM domains AS d
        JOIN hosts AS h USING (host_id)
        WHERE d.removed_at IS NULL
            AND (%(uuid)s::uuid IS NULL OR d.uuid = %(uuid)s)
            AND (%(host)s::text IS NULL OR h.host = %(host)s)
            AND (%(tag)s::text IS NULL OR %(tag)s = ANY(h.tags || coalesce(d.tags, '{}')))
    )
