# SPDX-License-Identifier: Apache-2.0
"""Fifty thousand VMs at once: copies of one seeded VM on the hosts of host_crowd, written by the database."""

import psycopg

# A use, a customer, a number. Every tenth has tags, every twentieth had another name.
DOMAINS = """
INSERT INTO kvmgrid.domains
SELECT (jsonb_populate_record(d, jsonb_build_object(
    'domain_id', 1000000 + n,
    'uuid', md5('vm-' || n)::uuid,
    'name', format(
        '%%s-customer%%s-%%s', (ARRAY['web', 'db', 'mail', 'build', 'cache'])[1 + n %% 5], n %% 700, n
    ),
    'owner', 'team-' || n %% 40,
    'tags', CASE WHEN n %% 10 = 0 THEN jsonb_build_array('production', 'rack' || n %% 30) ELSE '[]'::jsonb END
))).*
FROM kvmgrid.domains AS d, generate_series(1, %(count)s) AS n
WHERE d.uuid = %(uuid)s::uuid
"""
LATEST = """
INSERT INTO kvmgrid.domain_latest
SELECT (jsonb_populate_record(l, jsonb_build_object(
    'domain_id', 1000000 + n, 'host_id', 10000 + 1 + n %% %(host_count)s
))).*
FROM kvmgrid.domain_latest AS l
JOIN kvmgrid.domains AS d USING (domain_id),
    generate_series(1, %(count)s) AS n
WHERE d.uuid = %(uuid)s::uuid
"""
NAMES = """
INSERT INTO kvmgrid.domain_names (domain_id, name, valid_from, valid_to)
SELECT domain_id, name, now() - INTERVAL '1 day', NULL FROM kvmgrid.domains WHERE domain_id > 1000000
UNION ALL
SELECT domain_id, 'old-' || name, now() - INTERVAL '9 days', now() - INTERVAL '1 day'
FROM kvmgrid.domains WHERE domain_id > 1000000 AND domain_id %% 20 = 0
"""


def copy_domain(owner_url: str, uuid: str, count: int, host_count: int) -> None:
    """Add VMs web-customer5-5 and so on, on so many hosts of a crowd."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        for statement in (DOMAINS, LATEST, NAMES):
            connection.execute(statement, {"uuid": uuid, "count": count, "host_count": host_count})
        connection.execute("ANALYZE")
