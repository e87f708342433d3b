-- SPDX-License-Identifier: Apache-2.0
-- Every right that somebody other than a superuser or the owner has in this database, one a line.

SELECT format('%s: %s on %s', grantee, privileges, object)
FROM (
    SELECT
        CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
        object,
        string_agg(privilege_type, ', ' ORDER BY privilege_type) AS privileges
    FROM (
        SELECT 'database' AS object, a.grantee, a.privilege_type
        FROM pg_database, aclexplode(datacl) AS a
        WHERE datname = current_database()
        UNION ALL
        SELECT 'schema ' || nspname, a.grantee, a.privilege_type
        FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS a
        WHERE nspname IN ('kvmgrid', 'public')
        UNION ALL
        SELECT 'function ' || proname, a.grantee, a.privilege_type
        FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
        WHERE pronamespace = 'kvmgrid'::regnamespace
        UNION ALL
        SELECT relname, a.grantee, a.privilege_type
        FROM pg_class, aclexplode(relacl) AS a
        WHERE relnamespace = 'kvmgrid'::regnamespace
        UNION ALL
        SELECT
            c.relname || ' (' || string_agg(t.attname, ', ' ORDER BY t.attnum) || ')',
            a.grantee,
            a.privilege_type
        FROM pg_class AS c
        JOIN pg_attribute AS t ON t.attrelid = c.oid
        CROSS JOIN aclexplode(t.attacl) AS a
        WHERE c.relnamespace = 'kvmgrid'::regnamespace
        GROUP BY c.relname, a.grantee, a.privilege_type
    ) AS one
    WHERE grantee NOT IN (
        SELECT oid FROM pg_roles WHERE rolsuper OR rolname IN ('kvmgrid_owner', 'pg_database_owner')
    )
    GROUP BY 1, 2
) AS held
ORDER BY 1;
