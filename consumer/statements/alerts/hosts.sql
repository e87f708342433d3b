-- SPDX-License-Identifier: Apache-2.0
-- Each host with its labels; of its newest sample when it was taken and received, its tick, its clock's offset.
SELECT
    h.host_id,
    h.host,
    h.tags,
    extract(epoch FROM taken_at(l.sampled_at, l.received_at, l.clock_offset_seconds))::float8,
    extract(epoch FROM l.received_at)::float8,
    l.tick_seconds::text::float8,
    l.clock_offset_seconds
FROM hosts AS h
LEFT JOIN host_latest AS l USING (host_id)
