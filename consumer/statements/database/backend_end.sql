-- SPDX-License-Identifier: Apache-2.0
-- Ends a process of our own that is still there, and waits up to five seconds for its end. No row: it is gone.
SELECT pg_terminate_backend(pid, 5000)
FROM pg_stat_activity
WHERE pid = %(pid)s AND backend_start = %(started_at)s AND usename = current_user
