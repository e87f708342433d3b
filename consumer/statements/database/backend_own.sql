-- SPDX-License-Identifier: Apache-2.0
-- The server's process behind this connection: its number, and when it began, as numbers are used again.
SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
