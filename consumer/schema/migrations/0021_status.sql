-- SPDX-License-Identifier: Apache-2.0
-- `kvmgrid-consumer status` asks when the database was migrated: its first rollups wait for its fleet's past.
GRANT SELECT (applied_at) ON schema_migrations TO kvmgrid_ingest;
