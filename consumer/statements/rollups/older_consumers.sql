-- SPDX-License-Identifier: Apache-2.0
-- Sessions of consumers that store samples without noting late ones: of versions before the rollups, by the names these have.
SELECT pid FROM pg_stat_activity
WHERE datname = current_database()
    AND application_name IN ('kvmgrid-consumer writer', 'kvmgrid-consumer late', 'kvmgrid-consumer replay')
ORDER BY pid
