-- SPDX-License-Identifier: Apache-2.0
-- The views of migration 4 anew, over the tables of migration 18. The first upkeep fills these from the oldest sample on,
-- step by step; until a level has been filled to some instant, its view reads the level below, as before.

DO $$
DECLARE
    entry record;
BEGIN
    FOR entry IN
        SELECT r.relation, l.level
        FROM rollup_relations AS r
        CROSS JOIN (VALUES (1, '1m'), (2, '5m'), (3, '1h'), (4, '1d')) AS l (place, level)
        ORDER BY r.relation, l.place
    LOOP
        EXECUTE format('DROP VIEW kvmgrid.%I', entry.relation || '_' || entry.level);
        PERFORM replace_rollup_view(entry.relation, entry.level);
        EXECUTE format('GRANT SELECT ON kvmgrid.%I TO kvmgrid_dashboard', entry.relation || '_' || entry.level);
    END LOOP;
END
$$;
