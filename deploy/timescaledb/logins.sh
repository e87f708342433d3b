#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Gives the database its logins. The image runs it once, after roles.sql, on an empty data folder.
set -euo pipefail
password=$(cat /run/secrets/kvmgrid_password)

# psql quotes a variable written :'name'; it replaces none in an argument of -c.
psql -v ON_ERROR_STOP=1 -v password="$password" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
ALTER ROLE kvmgrid_owner LOGIN PASSWORD :'password';
CREATE ROLE kvmgrid_consumer LOGIN PASSWORD :'password' IN ROLE kvmgrid_ingest;
CREATE ROLE kvmgrid_viewer LOGIN PASSWORD :'password' IN ROLE kvmgrid_dashboard;
SQL
