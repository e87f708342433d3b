-- SPDX-License-Identifier: Apache-2.0
-- Who lives on a host now: consumers ask it for each host, however many domains have lived there.

CREATE INDEX residency_residents ON residency (host_id) WHERE valid_to IS NULL;
