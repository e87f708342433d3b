-- SPDX-License-Identifier: Apache-2.0
-- How long ago the last migration was applied, in seconds.
SELECT extract(epoch FROM now() - max(applied_at))::double precision FROM schema_migrations
