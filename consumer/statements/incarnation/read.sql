-- SPDX-License-Identifier: Apache-2.0
-- What tells one incarnation of the database from another. The timeline is that of the log that is written now, null on
-- a standby. The control file names a new one only after the next checkpoint. FOR SHARE behind it keeps every key of a
-- host or domain until the end of the transaction.
SELECT
    (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END), 8),
    pg_postmaster_start_time(),
    (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
    pg_relation_filenode('kvmgrid.hosts')::bigint,
    pg_relation_filenode('kvmgrid.domains')::bigint,
    token
FROM kvmgrid.incarnation
