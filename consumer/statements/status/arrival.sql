-- SPDX-License-Identifier: Apache-2.0
-- How long ago the last sample of any host was stored, and the shortest tick of a host, in seconds. Null without a host.
SELECT
    extract(epoch FROM now() - max(received_at))::double precision,
    min(tick_seconds)::double precision
FROM host_latest
