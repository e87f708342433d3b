-- SPDX-License-Identifier: Apache-2.0
-- Whether a process of our own is at a statement; no row where it is gone.
SELECT state = 'active' FROM pg_stat_activity WHERE pid = %(pid)s AND usename = session_user
