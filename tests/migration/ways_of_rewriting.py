# SPDX-License-Identifier: Apache-2.0
"""Which way late buckets are read, by the key or in one pass: it follows from the number of hosts and VMs."""

from collections import Counter

import psycopg

BY_KEY, ONE_PASS = "by_key", "one_pass"
# What is written again is read for the entities and buckets of notes, which a fill does not ask for.
COUNTING = """
DO $$
BEGIN
    EXECUTE replace(
        pg_get_functiondef('rollup_written(text, text, text)'::regprocedure),
        'rollup_written', 'rollup_written_uncounted'
    );
END
$$;
CREATE SEQUENCE by_key START 1;
CREATE SEQUENCE one_pass START 1;
CREATE OR REPLACE FUNCTION rollup_written(relation text, level text, aggregated text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, kvmgrid, pg_temp
AS $$
BEGIN
    IF aggregated LIKE '%CROSS JOIN LATERAL%' THEN
        PERFORM nextval('kvmgrid.by_key');
    ELSIF aggregated LIKE '%unnest($1, $2)%' THEN
        PERFORM nextval('kvmgrid.one_pass');
    END IF;
    RETURN kvmgrid.rollup_written_uncounted(relation, level, aggregated);
END
$$
"""
LATEST = """
INSERT INTO host_latest (
    host_id, sampled_at, health_state, health_reasons, received_at, tick_seconds, hypervisor_state, collectors
)
SELECT i, now(), 'good', '[]', now(), 10, 'connected', '[]' FROM generate_series(1, %(count)s) AS i;
INSERT INTO domain_latest (domain_id, sampled_at, host_id, state, state_reason, outcome)
SELECT i, now(), 1, 1, 1, 'ok' FROM generate_series(1, %(count)s) AS i
"""


def count_ways(owner: psycopg.Connection) -> None:
    """Count from now on how buckets are written again."""
    owner.execute(COUNTING)


def ways(owner: psycopg.Connection) -> Counter[str]:
    """Return how often each way was taken; what was rolled back counts too."""
    query = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE sequencename IN (%s, %s)"
    return Counter(dict(owner.execute(query, [BY_KEY, ONE_PASS]).fetchall()))


def seed_latest(owner: psycopg.Connection, count: int) -> None:
    """Have a latest row of so many hosts and VMs."""
    for statement in LATEST.split(";"):
        owner.execute(statement.encode(), {"count": count})
