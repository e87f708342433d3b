-- SPDX-License-Identifier: Apache-2.0
-- What each role may do; tests/migration/grants.txt lists the outcome. Roles are made by consumer/roles.sql.
-- Before the columnstore: TimescaleDB hands grants on columns down to the compressed table, which has none of
-- these columns, and fails.

GRANT USAGE ON SCHEMA kvmgrid TO kvmgrid_ingest, kvmgrid_dashboard;

-- Ingest: adds samples, never reads, changes or removes them. ON CONFLICT DO NOTHING without columns needs no SELECT.
GRANT INSERT ON
    host_samples, host_disk_samples, host_interface_samples, host_filesystem_samples, domain_samples,
    domain_block_samples, domain_interface_samples, events, publisher_reports, dropped_ranges, quarantine
TO kvmgrid_ingest;

-- What is known about hosts and domains changes: those are read, added to and updated.
GRANT SELECT, INSERT, UPDATE ON hosts, host_names, domains, domain_names, residency TO kvmgrid_ingest;
GRANT SELECT, INSERT, UPDATE ON host_latest, domain_latest TO kvmgrid_ingest;

-- For `status`: what arrived, and what could not be stored.
GRANT SELECT ON pipeline_now TO kvmgrid_ingest;
GRANT SELECT (host_id, epoch, sequence, sampled_at) ON publisher_reports TO kvmgrid_ingest;
GRANT SELECT (host_id, epoch, sequence, occurred_at) ON events TO kvmgrid_ingest;
GRANT SELECT (received_at, reason) ON quarantine TO kvmgrid_ingest;

-- For the hourly retention.
GRANT SELECT ON retention TO kvmgrid_ingest;
GRANT EXECUTE ON FUNCTION apply_retention() TO kvmgrid_ingest;

-- Dashboard: reads everything but the bodies in quarantine, which are bytes of unknown origin and content.
GRANT SELECT ON ALL TABLES IN SCHEMA kvmgrid TO kvmgrid_dashboard;
REVOKE SELECT ON quarantine FROM kvmgrid_dashboard;
GRANT SELECT (
    quarantine_id, received_at, reason, detail, queue, exchange, routing_key, user_id, message_id, content_type,
    message_type, body_sha256, body_bytes, deaths
) ON quarantine TO kvmgrid_dashboard;
