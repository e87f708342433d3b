-- SPDX-License-Identifier: Apache-2.0
-- The key of a host. host: its id on the wire.
SELECT host_id FROM hosts WHERE host = %(host)s
