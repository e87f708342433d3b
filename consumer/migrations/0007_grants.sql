-- SPDX-License-Identifier: Apache-2.0
-- What each role may do; tests/migration/grants.txt lists the outcome. Roles are made by consumer/roles.sql.
-- Before the columnstore: TimescaleDB hands grants on columns down to the compressed table, which has none of
-- these columns, and fails.

GRANT USAGE ON SCHEMA kvmgrid TO kvmgrid_ingest, kvmgrid_dashboard;

-- Ingest: adds samples, never changes or removes them. SELECT on the keys is what ON CONFLICT needs.
GRANT INSERT, SELECT (host_id, sampled_at) ON host_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, device, sampled_at) ON host_disk_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, device, sampled_at) ON host_interface_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, path, sampled_at) ON host_filesystem_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (domain_id, sampled_at) ON domain_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (domain_id, device, sampled_at) ON domain_block_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (domain_id, device, sampled_at) ON domain_interface_samples TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, epoch, sequence, occurred_at) ON events TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, sampled_at) ON publisher_reports TO kvmgrid_ingest;
GRANT INSERT, SELECT (host_id, epoch, first_sequence) ON dropped_ranges TO kvmgrid_ingest;
GRANT INSERT, SELECT (quarantine_id, received_at, reason, user_id, message_id) ON quarantine TO kvmgrid_ingest;

-- What is known about hosts and domains changes: those are read, added to and updated.
GRANT SELECT, INSERT, UPDATE ON hosts, host_names, domains, domain_names, residency TO kvmgrid_ingest;
GRANT SELECT, INSERT, UPDATE ON host_latest, domain_latest TO kvmgrid_ingest;

-- For `status`, the check of the schema at start, and the hourly retention.
GRANT SELECT ON schema_migrations, retention, hosts_now, pipeline_now, publisher_gaps TO kvmgrid_ingest;
GRANT EXECUTE ON FUNCTION apply_retention() TO kvmgrid_ingest;

-- Dashboard: reads everything but the bodies in quarantine, which are bytes of unknown origin and content.
GRANT SELECT ON ALL TABLES IN SCHEMA kvmgrid TO kvmgrid_dashboard;
REVOKE SELECT ON quarantine FROM kvmgrid_dashboard;
GRANT SELECT (
    quarantine_id, received_at, reason, detail, queue, exchange, routing_key, user_id, message_id, content_type,
    message_type, body_sha256, body_bytes, deaths
) ON quarantine TO kvmgrid_dashboard;
