-- SPDX-License-Identifier: Apache-2.0
-- Purpose: hosts 1, 2, ... with as many VMs each, which live there. Parameters: host_count, domain_count_per_host, now
INSERT INTO kvmgrid.hosts (host_id, host, first_seen_at)
SELECT host_id, 'hv' || host_id, %(now)s FROM generate_series(1, %(host_count)s) AS host_id;

INSERT INTO kvmgrid.domains (domain_id, uuid, name, host_id, autostart, first_seen_at)
SELECT domain_id, gen_random_uuid(), 'vm' || domain_id, (domain_id - 1) / %(domain_count_per_host)s + 1, true, %(now)s
FROM generate_series(1, %(host_count)s * %(domain_count_per_host)s) AS domain_id;

INSERT INTO kvmgrid.residency (domain_id, host_id, valid_from, how)
SELECT domain_id, host_id, %(now)s::timestamptz - INTERVAL '1 day', 'discovered' FROM kvmgrid.domains;

ANALYZE kvmgrid.hosts, kvmgrid.domains, kvmgrid.residency
