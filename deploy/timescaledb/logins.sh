#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lets the roles of roles.sql log in. The image runs it once, after roles.sql, on an empty data folder.
set -euo pipefail
password=$(cat /run/secrets/kvmgrid_password)

# psql quotes a variable written :'name'; it replaces none in an argument of -c.
psql -v ON_ERROR_STOP=1 -v password="$password" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
ALTER ROLE kvmgrid_owner LOGIN PASSWORD :'password';
ALTER ROLE kvmgrid_ingest LOGIN PASSWORD :'password';
ALTER ROLE kvmgrid_dashboard LOGIN PASSWORD :'password';
ALTER ROLE kvmgrid_operator LOGIN PASSWORD :'password';
SQL
