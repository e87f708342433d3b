-- SPDX-License-Identifier: Apache-2.0
-- How long ago the last sample of any host was stored, in seconds. How long after a sample the host with the shortest
-- tick is stale, in seconds. Null without a host.
SELECT
    extract(epoch FROM now() - max(received_at))::double precision,
    extract(epoch FROM stale_at(now(), min(tick_seconds)) - now())::double precision
FROM host_latest
