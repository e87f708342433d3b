# SPDX-License-Identifier: Apache-2.0
"""A thousand hosts at once: copies of one seeded host, written by the database itself."""

import psycopg

HOSTS = """
INSERT INTO kvmgrid.hosts
SELECT (jsonb_populate_record(h, jsonb_build_object(
    'host_id', 10000 + n, 'host', format('crowd-%%s', lpad(n::text, 4, '0')),
    'hostname', format('crowd-%%s', lpad(n::text, 4, '0'))
))).*
FROM kvmgrid.hosts AS h, generate_series(1, %(count)s) AS n
WHERE h.host = %(host)s
"""
LATEST = """
INSERT INTO kvmgrid.host_latest
SELECT (jsonb_populate_record(l, jsonb_build_object(
    'host_id', 10000 + n, 'cpu_busy_ratio', (n %% 1000) / 1000.0
))).*
FROM kvmgrid.host_latest AS l JOIN kvmgrid.hosts AS h USING (host_id), generate_series(1, %(count)s) AS n
WHERE h.host = %(host)s
"""


def copy_host(owner_url: str, host: str, count: int) -> None:
    """Add hosts crowd-0001 and so on, whose CPU is busy by a thousandth of their number."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        for statement in (HOSTS, LATEST):
            connection.execute(statement, {"host": host, "count": count})
