# SPDX-License-Identifier: Apache-2.0
"""Thousands of VMs at once: copies of a seeded VM on all hosts, written by the database itself."""

import psycopg

# As UUIDs have them, in no order; the number is in the name.
DOMAINS = """
INSERT INTO kvmgrid.domains
SELECT (jsonb_populate_record(d, jsonb_build_object(
    'domain_id', 100000 + n, 'uuid', md5('crowd-' || n)::uuid,
    'name', format('crowd-%%s', lpad(n::text, 5, '0')),
    'host_id', hosts.ids[1 + n %% cardinality(hosts.ids)]
))).*
FROM kvmgrid.domains AS d,
    (SELECT array_agg(host_id ORDER BY host_id) AS ids FROM kvmgrid.hosts) AS hosts,
    generate_series(1, %(count)s) AS n
WHERE d.uuid = %(uuid)s
"""
LATEST = """
INSERT INTO kvmgrid.domain_latest
SELECT (jsonb_populate_record(l, jsonb_build_object(
    'domain_id', c.domain_id, 'host_id', c.host_id,
    'cpu_ratio', (c.domain_id %% 1000) / 1000.0, 'steal_ratio', (c.domain_id * 7919 %% 1000) / 10000.0
))).*
FROM kvmgrid.domain_latest AS l JOIN kvmgrid.domains AS d USING (domain_id), kvmgrid.domains AS c
WHERE d.uuid = %(uuid)s AND c.domain_id > 100000
"""
STAYS = """
INSERT INTO kvmgrid.residency (domain_id, host_id, valid_from, how)
SELECT domain_id, host_id, first_seen_at, CASE WHEN domain_id %% 100 = 0 THEN 'migrated' ELSE 'discovered' END
FROM kvmgrid.domains WHERE domain_id > 100000
"""


def copy_vm(owner_url: str, uuid: str, count: int) -> None:
    """Add VMs crowd-00001 and so on; a thousandth of their number is their CPU."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in (DOMAINS, LATEST, STAYS):
            connection.execute(statement, {"uuid": uuid, "count": count})
        for table in ("domains", "domain_latest", "residency"):
            connection.execute(f"VACUUM ANALYZE kvmgrid.{table}".encode())
