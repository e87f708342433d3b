# SPDX-License-Identifier: Apache-2.0
"""Copies of the samples that count, which outlive the samples, for comparisons with the levels.

A sample counts where it is stored before the samples of its time are dropped. What comes later is never
rolled up, whatever becomes of it.
"""

import psycopg
from psycopg import sql

from tests.migration.seeding import HYPERTABLES

PREFIX = "counted_"
FUNCTION = """
CREATE FUNCTION count_sample() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = kvmgrid, public
AS $$
BEGIN
    IF time_bucket(INTERVAL '5 minutes', NEW.sampled_at) >= (
        SELECT max(kept_from) FROM rollup_marks WHERE relation = TG_ARGV[0] AND level IN ('raw', '5m')
    ) THEN
        EXECUTE format('INSERT INTO %I SELECT ($1).*', 'counted_' || TG_ARGV[0]) USING NEW;
    END IF;
    RETURN NULL;
END
$$
"""


def copy_counted(owner: psycopg.Connection) -> None:
    """Copy each sample that counts from now on, in the transaction that stores it."""
    owner.execute(FUNCTION)
    for relation in HYPERTABLES:
        names = {"copy": sql.Identifier(PREFIX + relation), "relation": sql.Identifier(relation)}
        owner.execute(sql.SQL("CREATE TABLE {copy} (LIKE {relation})").format(**names))
        owner.execute(
            sql.SQL(
                "CREATE TRIGGER count_sample AFTER INSERT ON {relation}"
                " FOR EACH ROW EXECUTE FUNCTION count_sample({name})"
            ).format(name=sql.Literal(relation), **names)
        )
